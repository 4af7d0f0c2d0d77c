"""Pairs that may be one thing, what people decided about them, and the verdicts that stand."""

from mdm.matching.models.decisions import Decision, DecisionGolden, DecisionKind, GoldenRole
from mdm.matching.models.learning import Retraining
from mdm.matching.models.runs import MatchPair, MatchRun, MatchRunKind, MatchRunStatus, MatchShard, MatchState
from mdm.matching.models.verdicts import Verdict, VerdictBy, VerdictKind

__all__ = [
    "Decision",
    "DecisionGolden",
    "DecisionKind",
    "GoldenRole",
    "MatchPair",
    "MatchRun",
    "MatchRunKind",
    "MatchRunStatus",
    "MatchShard",
    "MatchState",
    "Retraining",
    "Verdict",
    "VerdictBy",
    "VerdictKind",
]
