"""How often what happens, in one table: shares between 0 and 1, days as (least, most).

Sources are those of docs/sources.md. Where none is named the figure is assumed: nobody publishes it.
"""

LAST_SESSION = 2025
"""The year of the last session simulated. A constant, not the clock: the same seed gives the same history."""
TODAY = (2025, 9, 30)
"""The day on which the simulated city stands: nothing later has happened, and what is under way is not closed."""
MOST_YEARS = 10
"""Holidays are known since 2016 (L10)."""
MOST_PROPOSALS = 1_000_000

# the place
MEMBERS = 480  # a city's committee
SKEW = 0.85  # the n-th busiest unit gets 1/n^SKEW of the work: a few units carry most cases
IN_SESSION = 0.82  # most come at the session, fewer between sessions (S46)

# drafting and handing in
DRAFTED_ONLINE = 0.6  # written and co-signed in the system (P1); the rest is entered whole
CO_SIGNED = 0.8
MORE_CO_SIGNERS = 0.6  # one more, again and again
MOST_CO_SIGNERS = 6
DECLINES = 0.08
TOO_LATE_TO_SIGN = 0.05  # of those invited who have not signed in time; refused (P1, P3)
COLLECTIVE = 0.12  # parties, people's organisations, sectors (S6)
AFTER_THE_LAST_DAY = 0.02  # asks to be in time when it is not (S46); refused, comes as 平时提案

# review, as in S2 and S46
REVISED = 0.06
NOT_REGISTERED = 0.07
MERGED = 0.03
WITHDRAWN = 0.01
ELSEWHERE = 0.06  # to the Party's offices, the courts, mass organisations

# assignment
ALONE, LED, SPLIT = 0.44, 0.45, 0.11  # 独办, 主办会办, 分办 (S12)
MORE_CO_UNITS = 0.35
OBJECTS = 0.08
UPHELD = 0.6  # where the unit suggested could handle it alone
ESCALATED = 0.2  # of the objections rejected (S15, S18)
OBJECTS_LATE = 0.03  # refused or flagged, as the rulebook says (S16)
REASSIGNED = 0.02
ASKS_FOR_UNITS = 0.04  # of the leads (P2)
JOINT = 0.01
UNDECIDED = 0.15  # of the objections, by their last day (S15)
KEY_PROPOSAL = 0.04  # S27, S54
KEY_RELEASED = 0.15  # of them
RULES_CHANGED = 0.6  # of the cases open when a second version of their rules is adopted

# handling
NAMES_RESPONSIBLE = 0.95  # S0
FILES_PLAN = 0.92
PLAN_APPROVED = 0.85
FIELD_VISIT = 0.42
DIFFICULTY = 0.05
TALKS_FIRST = 0.85  # before handling
TALKS_AGAIN = 0.6  # while handling
NEVER_TALKED = 0.07  # not by the time it is signed; refused or flagged (S0, S16, S17)
BACKFILLED = 0.5  # of those let pass: entered after the reply
WAIVED = 0.02
ENTERED_LATE = 0.09  # with a reason
LATE_WITHOUT_REASON = 0.1  # of those, first without one; refused
DECLINED_BY_MEMBER = 0.02
OPINION_ASKED = 0.6
OPINION_LATE = 0.12
OPINION_RETURNED = 0.06
EXTENSION = 0.05
EXTENSION_REFUSED = 0.15
EXTENSION_TOO_FAR = 0.15  # of the extensions, first too far; refused (S8, S16)
EXTENSION_TOO_LATE = 0.3  # of the units that had a notice; flagged (S9)
PAUSED = 0.01
DELIVERED = 0.95

# reply
OVERDUE = 0.06
BURST_DAYS = 9  # replies go out so many days before the common last day on average: most of them in its last weeks
RETURNED = 0.18  # by the reviewer (S0, S17)
SAME_AGAIN = 0.08  # of those, first unchanged; refused
OVERCLAIMED = 0.15  # of the B class, marked A by the unit and put right by the reviewer (P4)
OBJECTION_WITHHELD = 0.03  # a countersignature withheld
UNREVIEWED = 0.01  # signed before the review; refused
OWN_DRAFT = 0.01  # the drafter signs; refused
LOW_RANK = 0.01  # an officer signs; refused
HASTE = 0.04  # sent before the assisting units have spoken; refused
WRONG_HAND = 0.01  # an assisting unit drafts the reply; refused
MOST_DRAFTS = 3  # by then everybody has had their say
PUBLICATION_FORGOTTEN = 0.04  # S43
CLASSES = {"A": 0.62, "B": 0.27, "C": 0.08, "D": 0.03}  # S0 reports 78.6 % for its two best groups
WITHHELD, SUMMARISED = 0.08, 0.05  # S43, S44
PUBLISHED_LATE = 0.06  # after the 20 working days (S44)
CONTESTED = 0.005

# feedback
SILENT = 0.07
NOTED_TOO_EARLY = 0.05  # of the silent, before their time is up; refused (S22)
CLOSED_TOO_EARLY = 0.02  # before everybody has answered; refused
DISSATISFIED = 0.018  # an answer; published rates of satisfaction are 98 % and more (S0, S36)
DISSATISFIED_AGAIN = 0.2
BASIC = 0.1
NOT_CONTACTED = 0.02  # says nobody talked with them, whatever was recorded (P1)
LEAD_SAYS_SO, CO_SIGNER_SAYS_SO = 0.7, 0.35  # of those with whom nobody talked (P1); the rest leave it open
ENTERED_FOR_MEMBER = 0.12  # by the committee, for who cannot go online (P4)
REVISED_ANSWER = 0.01

# supervision, as in S19, S33 and S49
REMINDED_BEFORE = 0.25
NOTICE_AFTER, INTERVIEW_AFTER = 5, 20  # days overdue
INTERVIEWED = 0.4
ON_SITE = 0.15

# after the reply
FEWEST = 30  # events of a case whose story is over
MUCH = 56  # events of a case, after which nobody goes there without need
REVISITED_BEFORE, REVISITED_AFTER, REVISITED = 0.3, 0.35, 0.5  # in each stage (S0)
HOLDS = 0.95  # of the A class, what is there as was said
SECOND_COMMITMENT = 0.25
KEPT, BROKEN = 0.72, 0.16  # the rest is still open
KEPT_LATE = 0.3  # of those broken
BETTER_TOO_EARLY = 0.05  # into a better class before the promise was kept; refused (S30)
CHECKED = 0.12
LOOKED_BACK = 0.5  # of the B class, in the year's campaign (S30, S31)
SCORED = 0.85
REVIEWED_EACH_OTHER = 0.6  # S34, S40
QUALITY_SCORED = 0.6  # P8
ARCHIVED = 0.85
RETRACTED = 0.008
CORRECTED = 0.01
REOPENED = 0.004
MISFILED = 0.04
