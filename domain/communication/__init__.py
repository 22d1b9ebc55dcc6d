"""先沟通后答复: was the member contacted before the reply?

One fold and one judgement serve the gate that refuses a signature, the board that shows the verdict, and the
question asked under another rulebook. `evolve` collects what matters; `judge` compares it with a rule.
"""

from domain.communication.facts import Answer, Communication, Contact, Mark, ReplyRound, Waiver, evolve, mark
from domain.communication.judgement import Proof, Verdict, as_if_now, counting_for, follows, judge

__all__ = [
    "Answer",
    "Communication",
    "Contact",
    "Mark",
    "Proof",
    "ReplyRound",
    "Verdict",
    "Waiver",
    "as_if_now",
    "counting_for",
    "evolve",
    "follows",
    "judge",
    "mark",
]
