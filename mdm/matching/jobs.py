"""Long work of the matching app, as kinds of jobs."""

from __future__ import annotations

from mdm.jobs.registry import JobKind
from mdm.matching.operations.learn_from_verdicts import finish_retraining, keep_learned, learn_from_verdicts
from mdm.matching.operations.submit_retraining import RETRAIN

LEARN = JobKind(
    name=RETRAIN,
    label="Learn from verdicts",
    prepare=learn_from_verdicts,
    apply=keep_learned,
    finished=finish_retraining,
    stages=("Learning",),
)
