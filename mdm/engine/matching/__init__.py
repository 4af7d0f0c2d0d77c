"""Matching: which records may be the same thing, how sure that is, and why. Pure and vectorised.

    table = Table(ids, {"name": [...], "phone": [("+49 30 1", "+49 30 2"), None, ...]}, sources)
    model = MatchModel.from_content(rules["matching"])        # or propose_model(profile(table))
    pairs = candidates(table, model)
    scores = score(table, pairs, model)                       # .score in bits, .levels, .contributions
    labels = cluster(len(table), (pairs.left, pairs.right), scores.score, model.thresholds.review)
    explain(table, pairs.left[0], pairs.right[0], model).why

A look-up: `candidates(few, model, against=Index.build(all, model))`; `score(few, pairs, model)` then takes the rows it
needs from the index, and how common values are from its statistics.
"""

from mdm.engine.matching.blocking import Pairs, candidates
from mdm.engine.matching.clustering import assign_one_to_one, cluster
from mdm.engine.matching.declaration import MatchModel, ModelError
from mdm.engine.matching.evidence import columns_of, evidence_hash, table_of
from mdm.engine.matching.explain import Bar, Explanation, explain
from mdm.engine.matching.index import Index
from mdm.engine.matching.labels import Labels
from mdm.engine.matching.links import WeakLink, weak_links
from mdm.engine.matching.pairwise import score
from mdm.engine.matching.profile import Profile, profile
from mdm.engine.matching.proposal import propose_model
from mdm.engine.matching.scoring import Scores
from mdm.engine.matching.table import Cell, Table, TableError
from mdm.engine.matching.training import train

__all__ = [
    "Bar",
    "Cell",
    "Explanation",
    "Index",
    "Labels",
    "MatchModel",
    "ModelError",
    "Pairs",
    "Profile",
    "Scores",
    "Table",
    "TableError",
    "WeakLink",
    "assign_one_to_one",
    "candidates",
    "cluster",
    "columns_of",
    "evidence_hash",
    "explain",
    "profile",
    "propose_model",
    "score",
    "table_of",
    "train",
    "weak_links",
]
