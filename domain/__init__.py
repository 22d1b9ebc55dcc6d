"""What can happen to a CPPCC proposal (政协提案), what is allowed, and what it means. Pure Python, no I/O.

event       a fact, past tense, frozen                               `domain.events`
recorded    an event with its envelope: who, when, where in history  `domain.record`
command     a request that carries its own rule: `decide`            `domain.commands`
setting     what a rule may look at besides its stream's state       `domain.setting`
state       a stream folded by a pure `evolve`                       `domain.proposal`, `domain.session`, …
reaction    what follows of itself, from an event or a day           `domain.reactions`
judgement   先沟通后答复, for the gate and the board alike            `domain.communication`
rule        a named reason to refuse or to flag, with its source     `domain.rules`
rulebook    the numbers of one place and year, as data               `domain.policy.rulebook`
stream      a proposal, session, directory, calendar, letters, notes  `domain.streams`
ledger      all streams of one jurisdiction, in one order            the package `ledger`
read model  a table folded from the ledger                           the package `projections`
"""
