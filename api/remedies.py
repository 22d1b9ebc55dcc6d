"""What each kind of problem means and how whoever meets it goes on, by the problem's code: for people, in Chinese."""

from typing import NamedTuple


class Remedy(NamedTuple):
    """What has happened, and what to do next."""

    meaning: str
    next: str


_AGAIN = "稍候用同一幂等键（Idempotency-Key）重试；办过的不会再办一次。"

REMEDIES = {
    "bad-request": Remedy("请求不合 HTTP 的写法，没有读到内容。", "检查地址、请求头和正文后重新提交。"),
    "body-not-json": Remedy(
        "正文读不成 JSON：有语法错误、重复的字段、不是 UTF-8，或用了 NaN 一类的数。", "改正后重新提交，台账没有变动。"
    ),
    "body-too-large": Remedy("正文超过上限，没有读完。", "附件只登记名称和摘要值（SHA-256），不要放进正文。"),
    "cursor-invalid": Remedy("翻页用的游标不是本服务给的，或被改动过。", "去掉 cursor，从第一页重新查询。"),
    "database-unavailable": Remedy("数据库此刻没有应答。", _AGAIN),
    "event-too-large": Remedy("要登记的内容超过一个事件的上限，没有登记。", "缩短 errors 中指出的字段，或分几次登记。"),
    "idempotency-key-invalid": Remedy("幂等键含有不可见的或 ASCII 之外的字符，或过长。", "换用 UUID 一类的键。"),
    "idempotency-key-reused": Remedy("同一幂等键以前用于内容不同的请求；这一次没有办。", "另一件事用另一个键。"),
    "if-match-invalid": Remedy("If-Match 头不是读取时得到的 ETag。", '先读取，原样带上 ETag，如 "12"（含引号）。'),
    "internal-error": Remedy("系统出错，已记入运行日志。", "把出错的时间和 instance 告诉管理员；" + _AGAIN),
    "keys-unusable": Remedy(
        "个人信息的密钥目录打不开或不完整，不能登记也不能查看个人信息；其他办理不受影响。",
        "请管理员检查 HUIYIN_KEYS（见 docs/keys.md）。",
    ),
    "ledger-busy": Remedy("等待登记的太多，这一次没有登记。", _AGAIN),
    "method-not-allowed": Remedy("这个地址不接受这种请求方法。", "读用 GET，命令用 POST；见 /docs。"),
    "model-behind": Remedy("看板还没有更新到所要的位置。", "稍候再查；或去掉 Prefer: handling=strict，先看已有的。"),
    "not-found": Remedy("没有这一地址、案件、届次或台账。", "核对编号；有多个台账的，地址前加 /l/{台账}。"),
    "outcome-unknown": Remedy("提交时数据库断开，不知道是否已经登记。", _AGAIN),
    "request-invalid": Remedy(
        "请求的字段缺少、多余，或写法不对；还没有问到办理规则，什么也没有登记。",
        "errors 逐项写明字段（field、label）和应怎样写，改正后重新提交。",
    ),
    "rule-refused": Remedy(
        "请求写得对，但按办理规则不能这样办，什么也没有登记。rule、rule_title、source 是拦下它的规则、名称和出处，"
        "detail 是本案的具体原因；标为关口（gate）的，这次被拦下也留痕，审计可见。",
        "按 detail 补齐前面的步骤，或改正 errors 指出的字段，再重新提交（被拒的请求不占用幂等键）。从前登记有误的，"
        "撤回、更正或经领导同意撤销之后再办。有些规则拦不拦由本届次采用的办理规则决定（REFUSE、FLAG、OFF，"
        "见 docs/rulebooks.md）；认为规则定得不对的，另立一版规则采用，已立案的仍按原来的办。",
    ),
    "token-required": Remedy(
        "没有带访问令牌，或令牌已作废。", "在 Authorization 头中写 Bearer 令牌；遗失的用 huiyin token 新发。"
    ),
    "unsupported-media-type": Remedy("正文不是 JSON。", "请求头写 Content-Type: application/json。"),
    "version-clash": Remedy("几个人同时办理同一案件、案号或文号，这一次没有登记。", _AGAIN),
    "version-stale": Remedy(
        "读取之后内容已被他人更新，与 If-Match 带的版本不符，什么也没有登记。",
        "重新读取（current_version 是现在的版本），看清变化再决定是否提交。",
    ),
}
"""Every problem of `api.problems.TITLES`."""
