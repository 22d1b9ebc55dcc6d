"""审计轨迹: who did what, when, for whom (auditors)."""
