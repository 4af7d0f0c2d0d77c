"""Legal forms of many countries: how each is written, and how to find one in a company's name.

A line reads `canonical; also right = spellings | only recognised`. A name keeps its words: a spelling is rewritten to
the canonical one (`GMBH` -> `GmbH`) unless it is right as it stands; a long form (`Limited`) and what also means
something else (`KY`, `a.s.`) is only recognised. To add a form, add a line.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from mdm.engine.transliteration import TRANSLITERATION

TABLE: Final = """
GmbH = gmbh, g m b h, gesmbh, ges m b h | gesellschaft mit beschrankter haftung, gesellschaft mbh
gGmbH = ggmbh | gemeinnutzige gmbh
GmbH & Co. KG = gmbh & co kg, gmbh & cokg, gmbh co kg, gmbh u co kg, gmbh und co kg, gmbh + co kg, gmbh&co kg, gmbh&cokg
GmbH & Co. KGaA = gmbh & co kgaa, gmbh und co kgaa
GmbH & Co. OHG = gmbh & co ohg, gmbh und co ohg
AG = ag, a g | aktiengesellschaft
AG & Co. KG = ag & co kg, ag und co kg
AG & Co. KGaA = ag & co kgaa, ag und co kgaa
SE = se, s e | societas europaea
SE & Co. KG = se & co kg, se und co kg
SE & Co. KGaA = se & co kgaa, se und co kgaa
& Co. KG; & Co KG = & co kg, &co kg, & cokg, und co kg
KG = kg, k g | kommanditgesellschaft
KGaA = kgaa, kg a a | kommanditgesellschaft auf aktien
OHG = ohg, o h g | offene handelsgesellschaft
OG = | og, offene gesellschaft
GbR = gbr, g b r | gesellschaft burgerlichen rechts
UG = ug | unternehmergesellschaft
UG (haftungsbeschränkt) = ug haftungsbeschrankt, ug haftungsbeschraenkt | unternehmergesellschaft haftungsbeschrankt
UG (haftungsbeschränkt) & Co. KG = ug haftungsbeschrankt & co kg, ug haftungsbeschraenkt & co kg
UG & Co. KG = ug & co kg
e.K. = ek, e k | eingetragener kaufmann, eingetragene kauffrau
e.V. = ev, e v | eingetragener verein
eG = eg, e g | eingetragene genossenschaft
PartG mbB = partg mbb, partgmbb, part g mbb | partnerschaftsgesellschaft mbb
PartG = partg | partnerschaftsgesellschaft
Ltd. & Co. KG = ltd & co kg
SA; S.A. = sa, s a | societe anonyme, sociedad anonima, sociedade anonima
SAS; S.A.S. = sas, s a s | societe par actions simplifiee
SASU = sasu, s a s u
SARL; Sàrl; S.à r.l.; S.A.R.L. = sarl, s a r l, sa rl, s a rl | societe a responsabilite limitee
EURL = eurl, e u r l
SNC; S.n.c. = snc, s n c | societe en nom collectif
SCI = | sci, s c i
SCA = | sca, s c a
SCS = | scs, s c s
GIE = | gie, g i e
SPRL = sprl, s p r l
BVBA = bvba
CVBA = cvba
ASBL = asbl, a s b l
B.V.; BV = bv, b v | besloten vennootschap
N.V.; NV = nv, n v | naamloze vennootschap
V.O.F. = vof, v o f | vennootschap onder firma
C.V.; CV = cv, c v
S.p.A.; SpA = spa, s p a | societa per azioni
S.r.l.; SRL; Srl = srl, s r l | societa a responsabilita limitata
S.r.l.s. = srls, s r l s
S.a.p.a. = sapa, s a p a
Soc. Coop. = soc coop, soc coop a r l, scarl, s c a r l | societa cooperativa
SL; S.L. = sl, s l | sociedad limitada
SLU; S.L.U. = slu, s l u
SAU; S.A.U. = sau, s a u
S.Coop. = s coop, scoop | sociedad cooperativa
Lda. = lda | limitada
Ltda. = ltda
S/A = s/a
EIRELI = eireli
Unipessoal Lda. = unipessoal lda
Ltd.; Ltd = ltd, l t d | limited
PLC; plc = plc, p l c | public limited company
LLP; L.L.P. = llp, l l p | limited liability partnership
LLC; L.L.C. = llc, l l c | limited liability company
LP; L.P. = lp, l p | limited partnership
Inc.; Inc = inc | incorporated
Corp.; Corp = corp | corporation
Co.; Co = co | company
& Co.; & Co; &Co. = & co, &co | & company, and company, and co, und co
Co., Ltd. = co ltd, coltd | company ltd, company limited, co limited
Co., Inc. = co inc
PLLC = pllc, p l l c
DAC = | dac, designated activity company
CLG = | clg, company limited by guarantee
ULC = ulc
Pty Ltd; Pty. Ltd. = pty ltd, pty | proprietary limited, pty limited
Pvt. Ltd. = pvt ltd, p ltd | private limited, pvt limited
AB = ab, a b | aktiebolag, aktiebolaget
AB (publ) = ab publ
HB = | hb, handelsbolag
KB = | kb, kommanditbolag
A/S = a/s | aktieselskab
ApS = aps | anpartsselskab
I/S = i/s
K/S = k/s
P/S = p/s
AS = | as, a s, aksjeselskap
ASA = asa | allmennaksjeselskap
ANS = | ans
Oy = oy | osakeyhtio
Oyj = oyj
Ky = | ky
ehf. = ehf
hf. = | hf
Sp. z o.o. = sp z o o, sp z oo, sp zoo, spzoo, sp z o o | spolka z ograniczona odpowiedzialnoscia
Sp. z o.o. Sp.k. = sp z o o sp k, sp z oo sp k, sp z oo spk, sp z o o spk, sp z o o sp komandytowa
Sp.k. = sp k, spk | spolka komandytowa
Sp.j. = sp j, spj | spolka jawna
S.K.A. = | ska, s k a
s.r.o.; spol. s r.o.; spol. s r. o.; s. r. o. = sro, s r o, s ro, spol s r o, spol s ro, spol sro
s.r.o. = | spolecnost s rucenim omezenym
a.s. = | akciova spolecnost
k.s. = | ks, k s
v.o.s. = | vos, v o s
Kft. = kft | korlatolt felelossegu tarsasag
Zrt. = zrt
Nyrt. = nyrt
Bt. = | bt
d.o.o. = doo, d o o | druzba z omejeno odgovornostjo
d.d. = | dd, d d
j.d.o.o. = jdoo, j d o o
EOOD = eood
OOD = ood
EAD = | ead
AD = | ad, a d
SIA = | sia
UAB = uab
OÜ = | ou, osauhing
EPE = | epe, e p e
IKE = | ike, i k e
AE = | ae, a e
A.Ş. = | anonim sirketi
Ltd. Şti. = ltd sti | limited sirketi
OOO = | ooo, obshchestvo s ogranichennoy otvetstvennostyu
ZAO = | zao
OAO = | oao
PAO = | pao
TOV = | tov
K.K. = | kk, k k, kabushiki kaisha
G.K. = | gk, g k
PT = | pt
Tbk = tbk
Sdn. Bhd. = sdn bhd
Bhd. = bhd
Pte. Ltd. = pte ltd | pte limited, private ltd
S.A. de C.V. = sa de cv, s a de c v
S.A.B. de C.V. = sab de cv, s a b de c v
S.A.P.I. de C.V. = sapi de cv, s a p i de c v
S. de R.L. de C.V. = s de rl de cv, s de r l de c v
S. de R.L. = s de rl, s de r l
"""
LEADING: Final = frozenset(("ooo", "zao", "oao", "pao", "tov", "pt", "sia", "uab", "a/s", "ab", "cv", "ud"))
"""Forms that stand before the name as well."""
GLUED: Final = (
    "株式会社",
    "有限会社",
    "合同会社",
    "(株)",
    "㈱",
    "股份有限公司",
    "有限责任公司",
    "有限公司",
    "주식회사",
    "㈜",
    "(주)",
)
"""Forms of scripts without spaces, before or after the name."""

_LONGEST: Final = 8
_TOKEN: Final = re.compile(r"[^\s,;()\[\]\"]+")
_STRIPPED: Final = re.compile(r"[^a-z0-9&+/]")
_EDGES: Final = " ,;-–—(\"'«»“”„)"


class SplitName(NamedTuple):
    """`core` is the name without its form, `form` the canonical spelling (empty = none), `respelled` the whole name."""

    core: str
    form: str
    respelled: str


class _Form(NamedTuple):
    canonical: str
    right: frozenset[str]
    rewrite: bool


def split_legal_form(name: str) -> SplitName:
    """The name's core and its legal form; a name that is nothing but a form is all core."""
    spans = [match.span() for match in _TOKEN.finditer(name)]
    if len(spans) > 1:
        split = _trailing(name, spans) or _leading(name, spans)
        if split is not None:
            return split
    return SplitName(name, "", name) if name.isascii() else _glued(name)


def _trailing(name: str, spans: list[tuple[int, int]]) -> SplitName | None:
    last = _token(name[slice(*spans[-1])])
    if last not in _LAST_WORDS:
        return None
    tail = [_token(name[slice(*span)]) for span in spans[-_LONGEST:-1]] + [last]
    for length in range(min(len(tail), len(spans) - 1), 0, -1):
        form = _FORMS.get(" ".join(tail[-length:]))
        if form is None:
            continue
        start = spans[-length][0]
        core = name[:start].rstrip(_EDGES)
        if any(char.isalnum() for char in core):
            return SplitName(core, form.canonical, _respelled(name, start, spans[-1][1], form))
    return None


def _respelled(name: str, start: int, end: int, form: _Form) -> str:
    written = name[start:].strip()
    if not form.rewrite or written in form.right:
        return name
    return f"{name[:start].rstrip(' (')} {form.canonical}"


def _leading(name: str, spans: list[tuple[int, int]]) -> SplitName | None:
    first = _token(name[slice(*spans[0])])
    core = name[spans[0][1] :].strip(_EDGES) if first in LEADING else ""
    return SplitName(core, _FORMS[first].canonical if first in _FORMS else first.upper(), name) if core else None


def _glued(name: str) -> SplitName:
    for form in GLUED:
        core = name.removesuffix(form) if name.endswith(form) else name.removeprefix(form)
        if core != name and any(char.isalnum() for char in core):
            return SplitName(core.strip(), form, name)
    return SplitName(name, "", name)


def _token(written: str) -> str:
    text = written if written.isascii() else written.translate(TRANSLITERATION)
    text = text.lower()
    return text if text.isalpha() else _STRIPPED.sub("", text)


def _forms() -> dict[str, _Form]:
    """Forms by folded spelling; one that two lines claim is recognised and never rewritten."""
    forms: dict[str, _Form] = {}
    for line in TABLE.strip().splitlines():
        left, _, right = line.partition(" = ")
        spelled, _, recognised = right.partition("|")
        canonical, *others = left.split("; ")
        accepted = frozenset((canonical, *others))
        for part, rewrite in ((spelled, True), (recognised, False)):
            for spelling in filter(None, (text.strip() for text in part.split(","))):
                again = spelling in forms
                forms[spelling] = _Form(canonical, accepted, rewrite and not again)
    return forms


_FORMS: Final = _forms()
_LAST_WORDS: Final = frozenset(spelling.rpartition(" ")[2] for spelling in _FORMS)
