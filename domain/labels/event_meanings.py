"""What every event tells, in Chinese, by stage: what its docstring says, in the words of the field."""

EVENT_MEANINGS: dict[str, str] = {
    # correction, archive
    "ReportRetracted": "本案某一版本的登记有误，不再计入；原登记仍在历史中。",
    "StepTakenBack": "本案某一版本的步骤系误办且尚无后续，予以撤销；没有批准人的，是随所依的登记一并撤销。",
    "ClericalErrorCorrected": "本案某一版本的事件中，所指的文字应作更正后的写法。",
    "SubmissionCorrected": "提案提交时登记有误的领衔人、附议人、大会或平时、集体名义、上级交办，应作更正后的样子。",
    "HandlingReopened": "案件误办结或过早办结，经批准恢复办理。",
    "CaseArchived": "归档的有哪些文件（附摘要值），保管多久。",
    "AnnualReportSnapshotTaken": "本届次报告的数字存档：以台账哪个位置、截至哪天、依哪份办理规则。",
    # scoring
    "ScoreItemRecorded": "某单位在一个考核项目上的得分，以及据以计分的本案事件。",
    "ProposalQualityScored": "提案本身的质量得分，逐项列出。",
    "MutualReviewRecorded": "一方对另一方的评议：提案者与承办单位之间，或主办与会办单位之间。",
    "UnitScored": "某单位在本届次年度的考核得分。",
    # commitments
    "CommitmentMade": "承办单位在本轮答复中作出的承诺及其期限，在案内编号。",
    "CommitmentProgressed": "一项承诺进展到什么程度。",
    "CommitmentFulfilled": "一项承诺已经兑现，按时或逾期；此前登记过未兑现的也可以。",
    "CommitmentBroken": "一项承诺没有兑现，以及向委员说明的原因。",
    "SecondReplyIssued": "承办单位另行发函，告知提案者承诺事项的结果。",
    # supervision
    "ReminderIssued": "以电话、书面或由系统对承办单位催办；写明属于督办阶梯的哪一步、针对哪项期限或哪项承诺。",
    "SupervisionNoticeIssued": "向承办单位发出督办单，可限定回复日期；所属步骤和所涉期限同催办。",
    "LeaderInterviewHeld": "领导约谈了承办单位的人员。",
    "OnSiteSupervisionHeld": "到现场督办：哪些人去了、看到什么、要求什么。",
    "SupervisionAnswered": "承办单位对某一次督办的回复。",
    "CircularIssued": "本届次印发的通报，写明所涉单位和案件。",
    # key proposals
    "KeyProposalSelected": "本案确定为重点提案，并写明依据，如主席会议决定。",
    "KeyProposalReleased": "本案不再列为重点提案，并写明理由。",
    "LeaderAppointed": "确定领办本案或领衔督办的领导，原来的领导不再担任。",
    "SupervisionMeetingHeld": "领导召集承办单位开了督办会，议定了什么。",
    "SupervisionReportFiled": "督办单位向领导报送的督办报告。",
    # publication
    "PublicationDecided": "对本轮答复的公开审查：公开、部分公开还是不公开，依何情形，删去什么。",
    "PublicationContested": "提案者不愿答复公开，或不愿全文公开。",
    "ReplyPublished": "答复已在所列网址公开，全文或部分。",
    "ReplyWithheld": "答复不公开，并写明情形。",
    # drafting
    "ProposalDraftSaved": "尚未提交的提案保存了一稿；未写明提案时间的，以提交之日为准。",
    "CoSignatureInvited": "邀请这些委员附议，截至附议截止日当日。",
    "CoSignatureGiven": "一位委员对某一稿附议，只对这一稿有效。",
    "CoSignatureDeclined": "一位委员不附议，或在提交之前收回附议。",
    "CoSignatureExpired": "附议截止日已过，或提案已提交，这些委员没有附议；改稿前附议过、改稿后没有再附议的另行写明。",
    # registration
    "ProposalSubmitted": "领衔人连同附议人提交提案，或由上级交办下来。",
    "ProposalRegistered": "提案立案，取得案号，此后依所定的办理规则办理。",
    "CaseTransferredToGovernment": "政协把案件交办给政府。",
    "CaseTransferredElsewhere": "案件交办给党委部门、法院、检察院或群团组织，办理步骤相同。",
    "CaseNumberTaken": "本届次的一个案号给了某件提案。",
    # admission
    "ReviewOpinionRecorded": "某一级审查的意见，以及建议的主办、会办单位。",
    "ProposalReturnedForRevision": "提案退回修改，须修改后重新提交。",
    "ProposalResubmitted": "修改后重新提交的提案全文。",
    "ProposalNotRegistered": "提案依规定的情形不予立案，须告知提案者。",
    "RefusalNotified": "已将不予立案的理由告知这些提案者。",
    "ProposalConverted": "提案转为社情民意、来信或意见建议，不再有答复的义务；此前没有不予立案的，写明属哪种情形。",
    "ProposalsMerged": "其他提案并入本案（立案并案），其提案者列为本案附议人，并记下各被并提案的领衔人。",
    "ProposalAbsorbed": "本提案并入他案，此后由他案代表。",
    "ProposalWithdrawn": "提案者撤案；并案的，写明同意撤案的各被并提案领衔人。",
    "CaseRulebookChanged": "本案此后改依本届次采用的另一份办理规则。",
    # assignment
    "UnitAssigned": (
        "案件分办给一个单位，每个单位各记一条：承办方式、答复期限（会办单位为会办意见期限）和由此起算的其他期限。"
    ),
    "AssignmentAcknowledged": "承办单位已签收案件。",
    "CaseReassigned": "哪些单位退出，哪些改变承办方式；新的分办随后另记。",
    "ResponsibilityNamed": "承办单位的三级责任人：主要负责人牵头，分管领导负责，经办人具体办理。",
    "CasesHandledJointly": "承办单位把这些案件并案办理，仍分别答复。",
    # objection
    "AssignmentReturned": "承办单位认为不属本单位职责而退件，并写明建议承办单位；裁定之前仍由其承办，裁定另有期限。",
    "ObjectionUnanswered": "退件到期仍未裁定，留痕备查；没有单位可以催办。",
    "ObjectionUpheld": "该单位退出本案。",
    "ObjectionRejected": "该单位继续承办。",
    "ObjectionEscalated": "承办单位仍有异议，以书面意见呈报市领导。",
    "UnitAdditionRequested": "承办单位接受案件，并建议增加其他单位一同办理。",
    "UnitAdditionGranted": "所增的单位随后分办。",
    "UnitAdditionRefused": "该单位照原分办办理。",
    # contact
    "MemberContacted": (
        "谁以什么方式与哪些提案者沟通，委员态度如何；不写单位的是政府办公室所作，不作为任何单位答复的依据。"
    ),
    "ContactWaived": "某单位某一轮答复经批准免于沟通，并写明理由。",
    # clock
    "ExtensionRequested": "承办单位为本轮答复申请延期。",
    "ExtensionGranted": "新期限取代原期限。",
    "ExtensionRefused": "原期限不变，并写明理由。",
    "ClockPaused": "因承办单位以外的原因，其答复计时中止。",
    "ClockResumed": "期限按中止的日数顺延。",
    "DeadlineRecomputed": "某单位一项未了的期限改为另一天，并写明原因和原来的日期；改用的规则没有的，不再适用。",
    # handling
    "HandlingPlanFiled": "承办单位的办理方案：目标、措施、完成日期和责任人。",
    "HandlingPlanApproved": "承办单位最近一次报送的办理方案得到批准。",
    "DifficultyRaised": "承办单位反映的困难和请求，在案内编号。",
    "DifficultyResolved": "一项困难的协调结果，以及由哪位领导协调。",
    "FieldVisitRecorded": "承办单位哪些人到何处踏勘、调研，有哪些委员同行，看到什么。",
    "RehandlingOrdered": "责成该单位重新办理，新一轮答复由此开始；写明是否按规则自动责成。",
    "HandlingClosed": "案件办结，只终结答复环节；所作的承诺继续跟踪。",
    # co-opinions
    "CoOpinionRequested": "主办单位征求会办单位对哪些事项的意见。",
    "CoOpinionSubmitted": "会办单位向主办单位提出的意见，不直接答复委员。",
    "CoOpinionReturned": "主办单位退回会办意见，须修改后再报。",
    "DisagreementEscalated": "主办、会办单位对本轮答复的意见分歧报请协调，在案内编号。",
    "DisagreementSettled": "一项意见分歧怎样裁定，由谁裁定；此后答复稿不再等该会办单位会签。",
    # reply, review
    "ReplyDrafted": "承办单位本轮答复的一稿：正文、拟定的结果分类、是否承诺项目或资金，以及联系人和电话。",
    "ReplyCountersigned": "会办单位对主办单位的答复稿同意会签，或不同意会签。",
    "ReplySigned": "达到规定职级的人员签发了答复稿。",
    "ReplyIssued": "答复函发给提案者，写明发文字号、主送和抄送；公开等期限由此起算。上级交办的，写明批准的市领导。",
    "ReplyDelivered": "答复函已送达这些提案者。",
    "ReplyReviewed": "答复稿审核通过；审核人调整了结果分类的，写明改为哪一类和理由。",
    "ReplyReturned": "答复稿因所列问题退回，须修改后再报。",
    # feedback
    "FeedbackFormIssued": "就该单位的答复，向这些提案者发出征询意见表。",
    "SatisfactionRecorded": "一位提案者对某轮答复的评价：办理态度、办理结果和总体评价。",
    "SatisfactionRevised": "提案者改变了评价，并写明理由；原评价留在历史中。",
    "FeedbackOverdue": "征询意见表期限已过，这些提案者没有反馈。",
    "FaceToFaceMediationHeld": "重新办理后仍不满意的，召集各方当面协调，或作专门说明；不写方式的为当面协调。",
    # follow-up
    "MemberRevisited": "各阶段的回访，由承办单位所作；不写单位的，是政府办公室所作。",
    "OnSiteCheckRecorded": "实地核查所称办成的是否属实。",
    "ClassReassessed": "同一分类方法内重新定类，如 B 转 A：原来是哪一类，现在是哪一类。",
    "LookbackRecorded": "某次回头看对本案某个单位的结果：是否落实，情况如何。",
    "LookbackCampaignOpened": "本届次开展一次回头看：哪些类别或哪些案件，何时完成。",
    # sessions
    "SessionOpened": (
        "设立届次，如十五届三次会议；写明大会提案截止日的，以此分大会提案和平时提案。写有理由的，是更正此前登记错了的。"
    ),
    "SessionClosed": "会议闭幕的日期，用于设立届次时尚不知道的；写有理由的，是更正此前登记错了的日期。",
    "RulebookAdopted": "本届次采用某一版办理规则，全文记下，历史由此带着据以判断的规则。",
    "HandoverMeetingHeld": "哪些单位接办了哪些案件；各案的交办另记在各案中。",
    # directory, calendar, letters, ledger
    "UnitListed": "承办单位列入名录，党委、法院、检察院、群团的单位写明所属方面；再次列入即更改。",
    "OfficialAppointed": "人员列入名录：职务、职级、所在单位；领导另有分管单位。",
    "MemberListed": "委员列入名录，可写明界别和联系方式；再次列入即作更改。",
    "RulebookVersionFixed": "某一版办理规则自首次采用起即定稿，哪个届次采用都是同一文本。",
    "CalendarAnnounced": "某一年的节假日和调休安排全文；后一版取代前一版。",
    "LetterNumberTaken": "承办单位当年发文登记簿上的一个字号给了某件提案。",
    "ClockStepped": "数据库的时钟落后于台账已有的记录时间；其间记录时间停住不动。",
}
