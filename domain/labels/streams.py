"""The Chinese name of every kind of stream."""

STREAMS: dict[str, str] = {
    "proposal": "提案",
    "session": "届次",
    "directory": "名录",
    "calendar": "日历",
    "letters": "发文登记簿",
    "ledger": "台账记事",
}
