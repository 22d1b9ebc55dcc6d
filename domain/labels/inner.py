"""The Chinese name of what stands inside a rulebook, a deadline, a holiday notice, a sealed detail: by class and field.

In a path such as `deadlines.0.value` such a field is shown as it is written, so that it can be found.
"""

_BY_CLASS: dict[str, dict[str, str]] = {
    "Rulebook": {
        "source": "出处",
        "jurisdiction": "地区",
        "deadlines": "各项期限",
        "ratings": "评价等次",
        "attitude_ratings": "办理态度的等次",
        "result_ratings": "办理结果的等次",
        "contact_before_reply": "先沟通后答复",
        "gates": "各道关口",
        "signer_rank": "签发职级",
        "signer_ranks": "分量较重的签发职级",
        "rehandling_automatic": "不满意即重新办理",
        "automatic_rehandlings": "自动重新办理的次数",
        "rehandled_ratings": "引起自动重新办理的评价",
        "ladder": "督办阶梯",
        "key_plan_days": "重点提案报方案的日数",
        "scoring": "考核项目",
        "feedback_form_automatic": "征询意见表随复文发出",
        "late_entry_hours": "补录时限（小时）",
        "late_entry": "分事件的补录时限",
        "due_soon_days": "临期天数",
    },
    "DeadlineRule": {
        "rule": "规则编号",
        "anchor": "起算之日",
        "when": "适用于哪些案件",
        "rolls": "遇假顺延",
        "backwards": "倒推",
        "cap": "最长期限",
        "extension": "可否延期",
        "source": "出处",
    },
    "LadderStep": {"rule": "步骤编号", "pressure": "督办手段", "before": "期限之前", "source": "出处"},
    "ContactRule": {
        "gate": "不沟通时",
        "before": "以哪一时点为准",
        "modes": "算作沟通的方式",
        "reach_percent": "应沟通的提案者比例",
        "source": "出处",
    },
    "Gates": {
        "review_before_signing": "先审核后签发",
        "co_opinion_before_issue": "会办意见未齐不得答复",
        "countersigned_before_issue": "会签未齐不得答复",
        "signer_rank": "签发职级",
        "objection_in_time": "逾期退件",
        "extension_in_time": "逾期申请延期",
        "publication_before_issue": "先作公开审查后答复",
        "ladder_in_order": "督办先轻后重",
        "reviewed_before_registration": "先审查后立案",
        "registered_as_reviewed": "不按审查意见立案",
        "countersigned_before_review": "会签未齐不得审核",
        "countersigned_before_signing": "会签未齐不得签发",
        "passed_down_by_office": "上级交办的由政府办公室答复",
        "rated_by_others": "评价由被评价的单位录入",
    },
    "SignerRanks": {
        "key_proposal": "重点提案",
        "committing": "承诺项目或资金的",
        "collective": "答复集体提案的",
        "objection": "退件、增办建议",
        "escalation": "呈报异议",
    },
    "ScoreItem": {"most": "满分", "deducts": "扣分项", "source": "出处"},
    "LateEntry": {"hours": "各种事件的小时数", "source": "出处"},
    "When": {"key_proposal": "重点提案", "body": "集体提案者名称含有"},
    "Anchor": {"stream": "历史编号", "event": "事件", "on": "起算日", "restart": "重新起算的情形"},
    "Deadline": {
        "rule": "规则编号",
        "anchor": "起算的事件",
        "backwards": "倒推",
        "counted_to": "计得之日",
        "skipped": "略过的休息日",
        "cap": "最迟日期",
        "calendar": "所依的节假日安排",
        "provisional": "暂定",
        "source": "出处",
        "supersedes": "取代的版本",
        "moved_from": "原定日期",
        "paused_days": "中止的日数",
    },
    "Holiday": {"first": "首日", "last": "末日"},
    "Notice": {"holidays": "放假", "sources": "出处", "working": "调休上班"},
    "Sealed": {"subject": "信息主体", "key": "密钥编号"},
    "FigureClaim": {"of": "总数", "percent": "百分比"},
    "ReportedFigure": {"of": "总数", "percent": "百分比"},
}
_COUNTED = {"counted_in": "计算单位", "value": "数目", "month": "月", "day": "日"}

INNER_FIELDS: dict[tuple[str, str], str] = {
    (owner, field): word
    for owner, words in (
        *_BY_CLASS.items(),
        *((counting, _COUNTED) for counting in ("Count", "DeadlineRule", "LadderStep", "Deadline")),
    )
    for field, word in words.items()
}
