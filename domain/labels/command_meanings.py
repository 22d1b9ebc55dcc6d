"""What every command does, in Chinese, by stage: what its docstring says, in the words of the field."""

COMMAND_MEANINGS: dict[str, str] = {
    # drafting
    "DraftProposal": "开始撰写一件尚未提交的提案；未写明是大会还是平时提案的，看提交之日，分不出的须写明。",
    "ReviseProposalDraft": "保存提案草稿的最新一稿；此前的附议是对旧稿的，须重新征求。",
    "InviteCoSigners": "邀请委员附议，并定附议截止日。",
    "CoSign": "委员对最新一稿附议；逾附议截止日的无效。",
    "DeclineCoSignature": "委员不附议，或在提交之前收回附议。",
    "ExpireCoSignatures": "登记哪些附议邀请已经逾期。",
    "SubmitDraft": "提交所撰提案，连同已附议的委员；此时仍未附议的，不能再附议。",
    # registration
    "SubmitProposal": "登记一件交来的提案，书面的或一次录全的；未写明大会还是平时提案的，看提交之日，分不出的须写明。",
    "RegisterProposal": "提案成为案件，取本届次下一个案号，此后依现行的办理规则办理；不写公开属性的，依提案者的意愿。",
    "TransferCase": "把已立案的提案交办给政府，或交办给所属的党委部门、法院、检察院、群团组织。",
    # admission
    "RecordReviewOpinion": "登记某一级审查的意见；高一级审查之后不再登记低一级的。",
    "ReturnForRevision": "把提案退给提案者修改。",
    "ResubmitProposal": "退回修改的提案改好之后，重新提交；不写附件的，附件不变。",
    "RefuseRegistration": "依规定的情形不予立案，并作说明。",
    "NotifyRefusal": "登记已将不予立案或转办的理由告知提案者；未写明告知谁的，即全体提案者。",
    "ConvertProposal": "把不作为提案立案的，转为社情民意、来信或意见建议；此前没有不予立案的，须写明属哪种情形。",
    "MergeProposals": "把同一届次的其他提案并入本案（立案并案），其提案者此后一并列为本案提案者。",
    "WithdrawProposal": "应领衔人要求，在任何单位答复之前撤案；并案的，须被并提案的领衔人一并同意。",
    "ChangeCaseRulebook": "写明理由，改依本届次已采用的另一份办理规则办理本案。",
    # key proposals
    "SelectKeyProposal": "把已立案的提案确定为重点提案，并写明依据。",
    "ReleaseKeyProposal": "不再把本案列为重点提案。",
    "AppointLeader": (
        "确定领办或领衔督办的领导。只有重点提案由市领导或政协领导领衔督办；"
        "领办则任何案件均可，由市领导、政协领导或本案承办单位的主要负责人担任。"
    ),
    "RecordSupervisionMeeting": "登记领导就重点提案召集承办单位（可有委员参加）的督办会。",
    "FileSupervisionReport": "就重点提案向领办或督办领导报送书面督办报告。",
    # assignment, objection
    "AssignUnits": "把案件分给承办单位：一家独办，一家主办、其余会办，或几家分办、各自答复；另可分给有关单位参阅。",
    "AcknowledgeAssignment": "承办单位签收案件。",
    "ReturnAssignment": "承办单位认为不属本单位职责，退件并写明应由谁办；逾期退件怎样处理，依办理规则。",
    "NoteObjectionUnanswered": "登记某单位的退件逾期未作裁定；每次退件只登记一次。",
    "DecideObjection": "异议成立的，该单位退出；不成立的，继续承办。已呈报领导的，由该领导裁定，裁定后应当服从。",
    "EscalateObjection": "承办单位对不成立的裁定仍有异议，以书面意见呈报市领导。",
    "RequestUnitAddition": "承办单位接受案件，并建议增加其他单位一同办理。",
    "DecideUnitAddition": "同意或不同意增办；同意的，随后分办给所增的单位。可写明裁定人，须是政府办公室的人或市领导。",
    "ReassignCase": "在有关单位答复之前，更换承办单位，或改变承办方式；误交、误并的案件，可由全部单位退出。",
    "NameResponsibility": "明确承办单位的三级责任人：主要负责人、分管领导、经办人。",
    "HandleJointly": "把本案与同一单位承办的其他案件并案办理；对各件提案的提案者仍分别答复。",
    # contact
    "RecordMemberContact": (
        "登记承办单位与提案者的一次沟通；不写单位的，是政府办公室所作。发生时间必填，是否先沟通后答复以此为据。"
    ),
    "WaiveContact": "写明理由并经他人批准，某单位本轮答复免于沟通。",
    # handling
    "FileHandlingPlan": "报送办理方案：目标、措施、完成日期和责任人。",
    "ApproveHandlingPlan": "批准承办单位最近一次报送的办理方案；方案改了，须重新批准。",
    "RaiseDifficulty": "承办单位反映办理中的困难，并写明请求什么。",
    "ResolveDifficulty": "登记一项困难的协调结果，以及由哪位领导（市领导、政协领导或政府办公室的）协调。",
    "RecordFieldVisit": "登记承办单位人员的现场踏勘或调研，可有委员同行。",
    "OrderRehandling": "责成某单位重新办理，开始新一轮答复。",
    "CloseHandling": "答复环节到此为止，并定案件办结时的结果分类。",
    # clock, recomputation
    "RequestExtension": "承办单位为本轮答复申请延期；须在期限届满之前提出，且不超出办理规则所许。",
    "DecideExtension": "同意或不同意延期；批准人须达到办理规则要求的职级，未规定的须是市领导。",
    "PauseClock": (
        "因承办单位以外的原因，经市领导批准，中止答复计时。"
        "期限已经届满的不能中止；中止属实而届满之后才登记的，予以标记。"
    ),
    "ResumeClock": "期限按中止的日数顺延，以最长期限为限；中止至多算到答复发出为止。",
    "RecomputeDeadlines": "按现已知道的工作日、闭幕日期和办理规则，重算本案各项未了的期限；已经批准的延期不动。",
    # co-opinions
    "RequestCoOpinion": "主办单位就某些事项征求会办单位的意见。",
    "SubmitCoOpinion": "会办单位向主办单位提出会办意见，不直接答复委员；被退回的须修改后再报。",
    "ReturnCoOpinion": "主办单位在答复发出之前，把会办意见退回会办单位修改。",
    "EscalateDisagreement": (
        "主办、会办单位对会办意见或答复稿意见不一致，在答复发出之前报请协调；不写签批领导的，是政府办公室所报。"
    ),
    "SettleDisagreement": (
        "裁定一项意见分歧：按原稿办理、修改后办理，或双方已协商一致。"
        "由政府办公室或市领导裁定，承办单位（不论是否承办本案）的人员不能裁定；裁定后应当服从，答复稿不再等会办单位会签。"
    ),
    # supervision
    "IssueReminder": "对承办单位催办，期限之前、之后均可。",
    "IssueSupervisionNotice": "向承办单位发督办单，要求回复。",
    "RecordLeaderInterview": "登记领导约谈承办单位人员的情况。",
    "RecordOnSiteSupervision": "登记督查人员（可有委员、专家参加）到现场督办的情况和要求。",
    "AnswerSupervision": "承办单位回复某一次督办；再次回复的，前一次仍留在历史中。",
    "IssueCircular": "就本届次印发通报，写明被通报的单位和所涉案件。",
    # reply, review
    "DraftReply": "为承办单位写本轮答复的下一稿；被退回的稿子须修改后再报。",
    "CountersignReply": "会办单位对主办单位的答复稿会签：同意，或写明理由不同意。",
    "ReviewReply": "审核通过一稿答复，拟稿人不得审核自己的稿件。审核人可以写明理由调整结果分类，并可同时作公开审查。",
    "ReturnReply": "在答复发出之前，写明存在的问题，把答复稿退回重办。",
    "SignReply": "由达到规定职级的人员签发答复稿；拟稿人不得签发自己的稿件。",
    "IssueReply": (
        "把已签发的答复发给提案者，取该单位当年下一个发文字号。上级交办的提案，经市领导批准，由政府办公室答复。"
    ),
    "RecordDelivery": "登记某单位最近一次答复已送达哪些提案者；未写明的，即全体尚未送达的。",
    # feedback
    "IssueFeedbackForm": "就某单位的答复向提案者发征询意见表；未写明发给谁的，即全体提案者。",
    "RecordSatisfaction": "登记一位提案者对某轮答复的评价；办理规则如此规定的，评为不满意即责成重新办理。",
    "ReviseSatisfaction": "提案者改变看法的，更改其评价；历次评价都留在历史中。",
    "NoteFeedbackOverdue": "登记哪些提案者逾期没有交回某单位的征询意见表；每人只登记一次。",
    "RecordMediation": "登记重新办理后仍不满意时，政府办公室与政协召集承办单位和提案者当面协调，或作专门说明的情况。",
    # publication
    "DecidePublication": "有了答复稿之后，审查本轮（或所写轮次）的答复公开、部分公开还是不公开；登记公开之前可重审。",
    "ContestPublication": "提案者对答复公开提出异议并说明理由，须重新作公开审查。",
    "PublishReply": "登记某单位最近一次答复、或所写轮次的答复在何处公开。",
    "WithholdReply": "依公开审查所定的情形，登记某单位最近一次答复、或所写轮次的答复不公开。",
    # commitments, follow-up
    "MakeCommitment": "登记某单位最近一次答复中的承诺事项，以及何时兑现。",
    "ReportCommitmentProgress": "登记一项承诺的进展。",
    "FulfilCommitment": "登记一项承诺已经兑现，按时或逾期均可。",
    "BreakCommitment": "登记一项承诺没有兑现，并写明向委员说明的原因；以后仍可兑现。",
    "IssueSecondReply": "另行发函，告知提案者所承诺的事项结果如何。",
    "RecordRevisit": "登记一次回访；不写单位的，是政府办公室所作。",
    "RecordOnSiteCheck": "登记一次实地核查：承办单位所称办成的，是否属实。",
    "ReassessClass": "案件办结之后，在同一分类方法内重新定类，如承诺兑现后 B 转 A。",
    "OpenLookbackCampaign": "对本届次某些类别的案件，或指明的案件，开展一次回头看。",
    "RecordLookback": "登记某次回头看对本案某个单位的结果；同一次、同一单位，以最后登记的为准。",
    # scoring
    "RecordScoreItem": "就本案给某单位的一个考核项目计分，须以本案已有的事件为证。",
    "ScoreProposalQuality": "逐项为提案本身的质量评分。",
    "RecordMutualReview": "登记双向评议：提案者与承办单位互评，主办与会办单位互评。",
    "ScoreUnit": "依办理规则的考核项目，登记某单位本年度的考核得分；后登记的取代先登记的。",
    # archive, correction
    "ArchiveCase": "把已办结的，或未经答复即告终结的案卷归档。",
    "TakeReportSnapshot": "把届次报告的数字照今日所见存档，以后再查可以两相比对。",
    "RetractReport": (
        "撤回登记有误的情况，原登记留在历史中，不再计入，实情另行登记。"
        "因误登的评价按规则责成的一轮重新办理，尚无后续的一并撤销。"
    ),
    "TakeBackStep": (
        "经市领导或政协领导批准，撤销误办而尚无后续的步骤，案件如同没有办过这一步。"
        "撤销并案的，被并入的提案恢复各自办理。"
    ),
    "CorrectClericalError": "写明某个已登记事件中的文字应作什么，原文不动。",
    "CorrectSubmission": (
        "经市领导或政协领导批准，更正提交时登记有误的领衔人、附议人、大会或平时、集体名义、上级交办，只写有误的几项；"
        "首次答复发出之前可以更正，未了的期限随之重算。"
    ),
    "ReopenHandling": "误办结或过早办结的，经市领导批准恢复办理。",
    # sessions, directory, calendar
    "OpenSession": "设立届次，如十五届三次会议。登记有误的，连同理由重新登记全部内容；未了的期限在重算时随之变动。",
    "CloseSession": (
        "登记会议闭幕的日期，大会提案的期限可能由这一天起算。登记有误的，写明理由更正，未了的期限在重算时随之变动。"
    ),
    "RecordHandoverMeeting": (
        "登记交办会，并把会上的案件一次全部交办，有一件不能交办则全部不办。"
        "会上要求的答复日期只作记录，期限仍依办理规则。"
    ),
    "AdoptRulebook": "本届次采用某一版办理规则，此后立案的案件依此办理。",
    "ListUnit": "把承办单位列入名录，或更改其名称、所属方面。",
    "AppointOfficial": "把人员连同职务、职级和分管单位列入名录，或作更改。",
    "ListMember": "把委员列入名录，或更改其登记。",
    "AnnounceCalendar": "登记某一年的节假日和调休安排。",
}
