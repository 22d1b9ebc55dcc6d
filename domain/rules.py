"""Every rule that can refuse a command or flag an event: its stable id, its name, and where it comes from.

Source codes (`S16`, `P4`, …) are those of docs/sources.md. `DESIGN` marks a rule of this system's own.
"""

from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True, slots=True)
class Rule:
    """`id` is for programs and never changes; `title` is what people read; `source` is where the rule stands.

    `gate`: an auditor wants to see its refusals too, so they are kept in the attempts table.
    """

    id: str
    title: str
    source: str
    gate: bool = False


class Refused(Exception):
    """A rule says no. `reason` is Chinese, for a person; `field` is the request's field it is about, if one."""

    def __init__(self, rule: Rule, reason: str, field: str | None = None) -> None:
        super().__init__(f"{rule.id}: {reason}")
        self.rule = rule
        self.reason = reason
        self.field = field


def refuse(rule: Rule, reason: str, field: str | None = None) -> NoReturn:
    raise Refused(rule, reason, field)


def require(holds: bool, rule: Rule, reason: str, field: str | None = None) -> None:
    """Refuse unless the rule holds."""
    if not holds:
        raise Refused(rule, reason, field)


# what is claimed
OCCURRED_NOT_IN_FUTURE = Rule("occurred-not-in-future", "发生时间不得晚于现在", "DESIGN")
KNOWN_PERSON = Rule("known-person", "代办须写明名录中的人员或委员", "DESIGN")
OCCURRED_PLAUSIBLE = Rule("occurred-plausible", "发生时间不得早于政协成立", "DESIGN")
OCCURRED_IN_ORDER = Rule("occurred-in-order", "发生时间不得早于所依据的事实", "DESIGN")
LATE_ENTRY_NEEDS_REASON = Rule("late-entry-needs-reason", "逾期补录须说明理由", "DESIGN", gate=True)

# what an imported history says; flagged, never refused
STATED_ONCE = Rule("stated-once", "外部资料中的一件事只记一次", "DESIGN")
STATED_WITHIN_LIMITS = Rule("stated-within-limits", "外部资料的各项须合登记时的限度：长度、编号写法、件数", "DESIGN")
STATED_WITH_ITS_CAUSE = Rule("stated-with-its-cause", "由他事引出的事，须与引出它的事一同说明", "DESIGN")

# what exists
PROPOSAL_EXISTS = Rule("proposal-exists", "提案须已提交", "DESIGN")
SUBMITTED_ONCE = Rule("submitted-once", "一件提案只提交一次", "DESIGN")
KNOWN_SESSION = Rule("known-session", "届次须已设立", "DESIGN")
KNOWN_UNIT = Rule("known-unit", "承办单位须在名录中", "DESIGN")
KNOWN_OFFICIAL = Rule("known-official", "人员须在名录中", "DESIGN")
KNOWN_MEMBER = Rule("known-member", "委员须在名录中", "DESIGN")
SESSION_OPENED_ONCE = Rule("session-opened-once", "届次只设立一次，更正须说明理由", "DESIGN")
SESSION_DAYS_IN_ORDER = Rule("session-days-in-order", "届次的日子须合先后：开幕、闭幕、登记，交办、限期答复", "DESIGN")
SESSION_CLOSED_ONCE = Rule("session-closed-once", "届次只闭幕一次，更正闭幕日须说明理由", "DESIGN")
RULEBOOK_CONSISTENT = Rule("rulebook-consistent", "规则须自洽且日期存在", "S10")
RULEBOOK_VERSION_FINAL = Rule("rulebook-version-final", "已采用的规则版本不得改动", "DESIGN")
RULEBOOK_IN_FORCE = Rule("rulebook-in-force", "届次须先采用办理规则", "DESIGN")

CALENDAR_CONSISTENT = Rule("calendar-consistent", "节假日安排须自洽", "L10")
CALENDAR_VERSION_FINAL = Rule("calendar-version-final", "已登记的安排不得改动", "DESIGN")

# drafting
PROPOSAL_DRAFTED = Rule("proposal-drafted", "须先撰写并保存提案", "DESIGN")
NOT_YET_SUBMITTED = Rule("not-yet-submitted", "已提交的提案不再改稿、不再附议", "DESIGN")
INVITED_TO_CO_SIGN = Rule("invited-to-co-sign", "附议须经领衔人邀请", "DESIGN")
CO_SIGNED_IN_TIME = Rule("co-signed-in-time", "逾期附议无效", "P1,P3", gate=True)
CO_SIGNED_ANEW = Rule("co-signed-anew", "改稿后须重新附议，未再附议的不列为附议人，提交时予以标明", "DESIGN")
COLLECTIVE_AUTHENTICATED = Rule("collective-authenticated", "集体提案须盖章或由召集人、组长签名", "S5,S6")
IN_SESSION_WINDOW = Rule("in-session-window", "大会提案在征集之后、截止之前提交，此后的为平时提案", "S46")
TIMING_TOLD = Rule("timing-told", "提交之日分不出是大会提案还是平时提案的，须写明", "DESIGN")

# registration and assignment
PROPOSERS_DISTINCT = Rule("proposers-distinct", "领衔人与附议人不得重复", "DESIGN")
TOPIC_IN_LIST = Rule("topic-in-list", "类别须属于本规则的类别表", "DESIGN")
REGISTERED_ONCE = Rule("registered-once", "一件提案只立案一次", "DESIGN")
TRANSFERRED_ONCE = Rule("transferred-once", "一件案只交办一次", "DESIGN")
REVIEW_LEVELS_IN_ORDER = Rule("review-levels-in-order", "审查逐级进行", "S46")
REVIEWED_BEFORE_REGISTRATION = Rule("reviewed-before-registration", "先审查后立案", "S46", gate=True)
REGISTERED_AS_REVIEWED = Rule("registered-as-reviewed", "审查意见为不予立案或转办的不得立案", "S46", gate=True)
BEFORE_REGISTRATION = Rule("before-registration", "已立案的提案不再作此处理", "DESIGN")
REVISED_BEFORE_REGISTRATION = Rule("revised-before-registration", "退回修改的提案须修改后重新提交", "DESIGN")
REFUSED_BEFORE_NOTICE = Rule("refused-before-notice", "不予立案后方可告知", "S2")
CONVERTED_ON_GROUND = Rule("converted-on-ground", "转办须写明不予立案的情形", "S2")
TOLD_BEFORE_ARCHIVE = Rule("told-before-archive", "不予立案、转办的，告知全部提案者后方可归档", "S2")
WITHDRAWN_BY_PROPOSER = Rule("withdrawn-by-proposer", "撤案由领衔人提出，并案的须各领衔人同意", "DESIGN")
WITHDRAWN_BEFORE_REPLY = Rule("withdrawn-before-reply", "已答复的提案不能撤案", "DESIGN")
MERGED_BEFORE_ASSIGNMENT = Rule("merged-before-assignment", "并案须在分办之前，并属同一届次", "DESIGN")
MERGED_INTO_AS_FAR = Rule("merged-into-as-far", "已立案、已交办的提案，只能并入同样已立案、交办同一方的案件", "DESIGN")
RULEBOOK_ADOPTED = Rule("rulebook-adopted", "只能改用本届次已采用的规则", "DESIGN")
REGISTERED_BEFORE_TRANSFER = Rule("registered-before-transfer", "先立案后交办", "DESIGN")
TRANSFERRED_BEFORE_ASSIGNMENT = Rule("transferred-before-assignment", "先交办后分办", "S0")
MODES_COMPATIBLE = Rule("modes-compatible", "独办、主办会办与分办不得混用", "S12")
MODE_CHANGES_BY_REASSIGNMENT = Rule("mode-changes-by-reassignment", "承办方式须经改办变更", "DESIGN")
ONLY_ASSIGNED_UNIT_ACTS = Rule("only-assigned-unit-acts", "只有本案承办单位可以办理", "S14", gate=True)
ONLY_ASSIGNED_UNIT_REPLIES = Rule("only-assigned-unit-replies", "只有直接承办单位可以答复", "S14", gate=True)
OBJECTION_NAMES_UNIT = Rule("objection-names-unit", "退件须写明建议承办单位", "S18")
OBJECTION_BEFORE_HANDLING = Rule("objection-before-handling", "已拟稿的单位不得再退件", "DESIGN")
OBJECTION_IN_TIME = Rule("objection-in-time", "逾期退件不予受理", "S16,S18", gate=True)
OBJECTION_SIGNER_RANK = Rule("objection-signer-rank", "退件、增办建议、呈报异议须由单位领导签署", "S18", gate=True)
ESCALATED_AFTER_DECISION = Rule("escalated-after-decision", "经裁定仍有异议方可呈报领导，领导裁定后应当服从", "S15,S18")
ESCALATED_DECIDED_BY_LEADER = Rule("escalated-decided-by-leader", "呈报领导的异议由领导裁定", "S15,S18")
DECIDER_LEADS_CITY = Rule("decider-leads-city", "写明的裁定、批准领导须是市政府领导", "S14,S15,S18")
ADDITION_OPEN = Rule("addition-open", "增办建议须经裁定", "P2")
ADDITION_NAMES_OTHERS = Rule("addition-names-others", "建议增办的须是其他单位", "P2")
ADDITION_DECIDED_ABOVE = Rule("addition-decided-above", "增办建议由政府办公室或市领导裁定", "S15")
REASSIGNED_BEFORE_REPLY = Rule("reassigned-before-reply", "已答复的单位不再改办", "DESIGN")
RESPONSIBILITY_RANK = Rule("responsibility-rank", "三级责任人须达到相应职级", "S0")
JOINT_CASES_OF_ONE_UNIT = Rule("joint-cases-of-one-unit", "并案办理的须是同一单位承办、尚未办结的案件", "S9,S14")
OBJECTION_OPEN = Rule("objection-open", "退件须经裁定", "S15")

# more time
EXTENSION_WITHIN_CAP = Rule("extension-within-cap", "延期不得超过规定的最长期限", "S8,S9,S16,S47", gate=True)
EXTENSION_IS_LATER = Rule("extension-is-later", "延期须晚于现有期限", "DESIGN")
EXTENSION_BEFORE_DUE = Rule("extension-before-due", "期限届满前方可申请延期", "S9", gate=True)
EXTENSION_OPEN = Rule("extension-open", "延期须先申请、后批准", "S9,S13")
CITY_LEADER_APPROVES = Rule("city-leader-approves", "中止计时、恢复办理须由市政府领导批准", "DESIGN")
APPROVER_RANK = Rule("approver-rank", "批准人须达到规定职级，且不属本案承办单位", "S10,S13")
CLOCK_RUNS_OR_STANDS = Rule("clock-runs-or-stands", "计时已中止的不再中止，未中止的无从恢复", "DESIGN")
TOLD_BEFORE_DUE = Rule("told-before-due", "延期、中止在期限届满前登记，届满之后补登的予以标明", "DESIGN")
PAUSED_BEFORE_DUE = Rule("paused-before-due", "期限届满之后不再中止计时", "DESIGN", gate=True)
NOT_YET_REPLIED = Rule("not-yet-replied", "有期限、尚未答复的一轮，期限方可变动", "DESIGN")

DONE_IN_TIME = Rule("done-in-time", "在期限内办理，逾期的照办，但予标明", "S14,S36")

# contact
CONTACT_BEFORE_REPLY = Rule("contact-before-reply", "先沟通后答复", "S0,S16,S17", gate=True)
CONTACT_BEFORE_HANDLING = Rule("contact-before-handling", "先沟通后办理", "S0,S22", gate=True)
CONTACT_IS_WITH_PROPOSERS = Rule("contact-is-with-proposers", "沟通对象须是本案提案者", "S0")
WAIVER_NEEDS_APPROVER = Rule("waiver-needs-approver", "免于沟通须由他人批准并说明理由", "DESIGN", gate=True)

# handling, reply, review
CO_UNIT_GIVES_OPINION = Rule("co-unit-gives-opinion", "会办意见由会办单位提出", "S14")
CO_OPINION_BEFORE_ISSUE = Rule("co-opinion-before-issue", "会办意见未齐不得答复", "S14,S15", gate=True)

PLAN_FILED = Rule("plan-filed", "先报方案，后批准", "S15")
PLAN_APPROVED_BY_LEADER = Rule("plan-approved-by-leader", "办理方案由单位领导批准", "DESIGN")
OPINION_GIVEN = Rule("opinion-given", "会办意见已提出方可退回", "DESIGN")
RETURNED_OPINION_CHANGES = Rule("returned-opinion-changes", "退回的会办意见须修改后再报", "DESIGN")
DISAGREEMENT_EXISTS = Rule("disagreement-exists", "会办单位提了意见、尚未同意会签的，方有分歧可报", "S14,S15")
DISAGREEMENT_OPEN = Rule("disagreement-open", "分歧一事一报，待裁定的方可裁定", "DESIGN")
DISAGREEMENT_DECIDED_ABOVE = Rule("disagreement-decided-above", "分歧由政府办公室或市领导裁定", "S14,S15")
DIFFICULTY_OPEN = Rule("difficulty-open", "没有这一项待协调的困难", "DESIGN")
DIFFICULTY_COORDINATED_ABOVE = Rule("difficulty-coordinated-above", "困难由政府办公室或市领导、政协领导协调", "DESIGN")
COUNTERSIGNED_BEFORE_ISSUE = Rule("countersigned-before-issue", "会签未齐不得答复", "S15,P4", gate=True)
COUNTERSIGNED_BEFORE_SIGNING = Rule("countersigned-before-signing", "会签未齐不得审核、签发", "S15,P4", gate=True)
CO_UNIT_COUNTERSIGNS = Rule("co-unit-countersigns", "会签由会办单位作出", "P4")
DRAFT_EXISTS = Rule("draft-exists", "须有该版答复稿", "DESIGN")
DRAFT_IS_CURRENT = Rule("draft-is-current", "只能处理最新一版答复稿", "DESIGN")
RETURNED_DRAFT_CHANGES = Rule("returned-draft-changes", "退回的答复稿须修改后再报", "S0,S17", gate=True)
DRAFT_NOT_SIGNED = Rule("draft-not-signed", "已签发的答复稿不得再动", "DESIGN")
DRAFTER_NEVER_APPROVES = Rule("drafter-never-approves", "拟稿人不得审核或签发自己的稿件", "DESIGN", gate=True)
REVIEW_BEFORE_SIGNING = Rule("review-before-signing", "先审核后签发", "S0,S23", gate=True)
SIGNER_RANK = Rule("signer-rank", "签发人须达到规定职级", "S13,S14,S17", gate=True)
SIGNER_OF_UNIT = Rule("signer-of-unit", "经办、负责和签发的须是该承办单位的人员或市政府领导", "S13,S14")
PHONE_NAMES_ITS_PERSON = Rule("phone-names-its-person", "联系电话须写明联系人", "S14")
PASSED_DOWN_BY_OFFICE = Rule("passed-down-by-office", "上级交办的提案经市领导批准，由政府办公室答复", "S14", gate=True)
SIGNED_BEFORE_ISSUE = Rule("signed-before-issue", "先签发后答复", "S14")
CLASS_IN_SCHEME = Rule("class-in-scheme", "办理结果须属于本规则的分类", "S10,S24")

CLASS_CHANGE_HAS_REASON = Rule("class-change-has-reason", "审核时调整办理结果类别须说明理由", "DESIGN")
DELIVERED_AFTER_ISSUE = Rule("delivered-after-issue", "先答复后送达，送达答复函的收件委员", "S13")

# publication
WITHHOLDING_HAS_GROUND = Rule("withholding-has-ground", "不公开或部分公开须写明情形", "S43,S44")
SECRET_NEVER_PUBLISHED = Rule("secret-never-published", "涉密的一律不得公开", "S44", gate=True)
PUBLICATION_DECIDED = Rule("publication-decided", "先作公开审查，后公开或不公开", "S43", gate=True)
PUBLISHED_AFTER_ISSUE = Rule("published-after-issue", "先答复后公开", "S43,S44")
PUBLISHED_ONCE = Rule("published-once", "已登记公开或不公开的答复不再改变", "DESIGN")
CONTEST_WEIGHED = Rule("contest-weighed", "委员对公开有异议的，须重新作公开审查", "P1")

# key proposals, supervision
KEY_PROPOSAL_IS_CASE = Rule("key-proposal-is-case", "重点提案须已立案、尚未办结", "DESIGN")
KEY_PROPOSAL_SELECTED = Rule("key-proposal-selected", "须已确定为重点提案", "S27,S54")
LEADER_RANK = Rule("leader-rank", "领办、领衔督办的须是市领导或政协领导，或承办单位主要负责人", "S27,S28,S29")
LEADER_APPOINTED = Rule("leader-appointed", "须先确定领办或督办领导", "S27")
KEY_PROPOSAL_LED = Rule("key-proposal-led", "重点提案先确定领办或督办领导，后签发答复", "S27,S28", gate=True)
KEY_PLAN_BEFORE_SIGNING = Rule("key-plan-before-signing", "重点提案先报办理方案，后签发答复", "S15", gate=True)
KEY_REPORT_BEFORE_CLOSING = Rule("key-report-before-closing", "重点提案先报督办报告，后办结", "S27", gate=True)
STEP_IN_LADDER = Rule("step-in-ladder", "督办步骤须属于本规则的阶梯", "S49")
STEP_ON_ITS_DAY = Rule("step-on-its-day", "督办步骤须写明所针对的期限，不得早于其日", "S49")
LIMIT_NAMED = Rule("limit-named", "催办、督办所写的期限须是该单位当日的期限", "DESIGN")
LADDER_IN_ORDER = Rule("ladder-in-order", "督办逐级加力，先轻后重", "S19,S49", gate=True)
ANSWER_BY_AHEAD = Rule("answer-by-ahead", "督办回复期限不得早于发单之日", "DESIGN")
SUPERVISION_NUMBERED = Rule("supervision-numbered", "回复须写明对哪一次督办", "DESIGN")

# feedback, re-handling, follow-up
REPLIED_BEFORE_FEEDBACK = Rule("replied-before-feedback", "先答复后征询意见", "S16,S13")
FORM_BEFORE_RATING = Rule("form-before-rating", "须先发征询意见表", "S13,S16")
RATING_IN_SCALE = Rule("rating-in-scale", "评价须属于本规则的等次", "DESIGN")
NO_RESPONSE_AFTER_DUE = Rule("no-response-after-due", "反馈期满方可注明未反馈", "S22")
RATED_BY_OTHERS = Rule("rated-by-others", "委员的评价不由承办本案的单位或其他委员录入、撤回", "P4", gate=True)
RATED_ONCE = Rule("rated-once", "同一轮只评价一次，改变看法须走更改评价", "DESIGN")
RATED_BEFORE_REVISION = Rule("rated-before-revision", "先有评价，方可更改", "P2")
MEDIATED_AFTER_REHANDLING = Rule("mediated-after-rehandling", "重新办理后仍不满意的，方可当面协调或专门说明", "S8")
REHANDLE_AFTER_REPLY = Rule("rehandle-after-reply", "答复之后方可重新办理", "S8")
DISSATISFIED_IS_REHANDLED = Rule("dissatisfied-is-rehandled", "不满意须重新办理", "S8", gate=True)
REPLIED_BEFORE_CLOSING = Rule("replied-before-closing", "全部答复后方可办结", "DESIGN")
FEEDBACK_BEFORE_CLOSING = Rule("feedback-before-closing", "征询意见收齐或注明未反馈后方可办结", "DESIGN")
CASE_OPEN = Rule("case-open", "案件须尚在办理", "DESIGN")
SETTLED_BEFORE_CLOSING = Rule("settled-before-closing", "报请协调的分歧裁定之后方可办结", "S14,S15")
COMMITTED_IN_REPLY = Rule("committed-in-reply", "承诺出自已发出的答复", "S13")
COMMITMENT_AHEAD = Rule("commitment-ahead", "承诺的期限不得早于答复", "DESIGN")
COMMITMENT_OPEN = Rule("commitment-open", "须是尚待兑现的承诺", "S13")
SECOND_REPLY_SETTLES = Rule("second-reply-settles", "二次答复写明已有结果的承诺", "S13")
REASSESSED_AFTER_CLOSING = Rule("reassessed-after-closing", "办结之后方可重新定类", "S30,S31")
COMMITMENTS_BEFORE_BETTER_CLASS = Rule(
    "commitments-before-better-class", "承诺尚未兑现的不能转为更高的类别", "S30", gate=True
)
FINISH_AHEAD = Rule("finish-ahead", "办理方案、回头看的完成日不得早于当日", "DESIGN")
LOOKBACK_OPEN = Rule("lookback-open", "须是已开展的回头看，且本案在其范围之内", "S30,S31")

# scoring
SCORE_ITEM_KNOWN = Rule("score-item-known", "考核项目须属于本规则", "S35,S36,S37")
SCORE_WITHIN = Rule("score-within", "分值不得超过该项目的满分", "S35,S36,S37")
SCORE_HAS_EVIDENCE = Rule("score-has-evidence", "计分须以本案已有的、该单位自己的事件为证", "DESIGN")
SCORED_ONCE_EACH = Rule("scored-once-each", "同一项目只列一次", "DESIGN")
REVIEWED_BY_PARTIES = Rule("reviewed-by-parties", "双向评议在本案提案者与承办单位、主办与会办之间进行", "S34,S40")

# archive, corrections
ARCHIVED_AFTER_CLOSING = Rule("archived-after-closing", "办结之后方可归档", "S9,S23")
ARCHIVED_ONCE = Rule("archived-once", "已归档的不再另行归档", "DESIGN")
COMMITMENTS_BEFORE_ARCHIVE = Rule("commitments-before-archive", "承诺兑现或说明原因之后方可归档", "S13")
PROMISES_TOLD_BEFORE_ARCHIVE = Rule(
    "promises-told-before-archive", "承诺兑现与否，以二次答复告知提案者之后方可归档", "S13", gate=True
)
DONE_BEFORE_ARCHIVE = Rule(
    "done-before-archive", "公开、督办报告等有期限的事项了结之后归档，未了的予以标明", "S9,S27,S43"
)
FIGURES_AGREE = Rule("figures-agree", "报告中的部分不得大于全体，百分比须与两数相符", "DESIGN")
SNAPSHOT_OF_HISTORY = Rule("snapshot-of-history", "报告存档不得晚于台账现有位置", "DESIGN")
RETRACTS_REPORT = Rule("retracts-report", "只能撤回本案登记的情况，且须尚无以其为据的后续", "DESIGN")
TAKES_BACK_STEP = Rule("takes-back-step", "只能撤销本案误办的步骤，且须尚无后续", "DESIGN")
TAKEN_BACK_BY_LEADER = Rule("taken-back-by-leader", "误办的步骤经市领导或政协领导同意方可撤销", "DESIGN")
CORRECTS_TEXT = Rule("corrects-text", "只能更正本案已有事件中的文字", "DESIGN")
CORRECTS_SUBMISSION = Rule("corrects-submission", "提案登记信息经市领导或政协领导批准，在首次答复之前更正", "DESIGN")
REOPENED_BEFORE_ARCHIVE = Rule("reopened-before-archive", "已归档的案件先撤销归档，方可恢复办理", "DESIGN")
HANDLING_CLOSED = Rule("handling-closed", "未办结的无须恢复办理", "DESIGN")
CASE_STANDS = Rule("case-stands", "未予立案、已撤案、已并入他案、已归档的提案不再办理", "DESIGN")
REVISIT_AT_ITS_STAGE = Rule("revisit-at-its-stage", "回访阶段须与办理进度相符", "S0")

RULES: dict[str, Rule] = {rule.id: rule for rule in list(globals().values()) if isinstance(rule, Rule)}
"""Every rule by its id."""
