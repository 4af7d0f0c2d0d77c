"""Words that are written in several ways: of streets, of given names. To add one, add it to its line."""

from __future__ import annotations

from typing import Final

_STREET: Final = """
street = st str strasse stra strase
avenue = ave av avda avenida
road = rd
boulevard = blvd bd boul bvd
drive = dr
lane = ln
court = ct
place = pl plaza platz
square = sq
highway = hwy
parkway = pkwy pky
terrace = ter terr tce
crescent = cres cr
circuit = cct
close = cl
suite = ste
floor = fl
north = n nord
south = s
east = e
west = w
northeast = ne
northwest = nw
southeast = se
southwest = sw
rue = r
calle = c cl
piazza = p pza
ulica = ul
"""
STREET_WORDS: Final = {
    word: line.split(" = ")[0]
    for line in reversed(_STREET.strip().splitlines())
    for word in line.split(" = ")[1].split()
}

_NICKNAMES: Final = """
robert rob bob bobby robbie bert rupert
william will bill billy willie wilhelm guillaume liam
richard rick dick ricky rich
john jack johnny jon johann hans johannes jean juan giovanni ivan jan
james jim jimmy jamie jacob jakob jacques
thomas tom tommy
charles charlie chuck carl karl carlos carlo
edward ed eddie ted ned eduard edouard
henry harry hank heinrich heinz henri enrique
joseph joe joey josef jose giuseppe jozef
michael mike mick mickey michel miguel michele
david dave davey
daniel dan danny
samuel sam sammy
benjamin ben benny
andrew andy drew andreas andre andrea
anthony tony antonio anton antoine
alexander alex alec sasha xander alejandro
christopher chris kit christoph christophe
matthew matt mathias matthias matthieu
nicholas nick nicolas nikolaus klaus
peter pete pierre pedro pietro piotr
stephen steve steven stefan stephan
george georg georges jorge giorgio
frederick fred freddie friedrich fritz frederic
francis frank francois franz francesco francisco
gerald gerry jerry gerard gerhard
lawrence larry laurence lorenz
leonard len leo lenny
philip phil philipp philippe
ronald ron ronnie
donald don donnie
douglas doug
gregory greg
kenneth ken kenny
raymond ray
patrick pat paddy
timothy tim
walter walt
albert al bert
alfred alf fred
arthur art
elizabeth liz beth betty lizzie eliza elisabeth bess elsie lisa
mary molly polly maria marie mae
margaret maggie meg peggy greta margarete marguerite madge
catherine kate katie kathy cathy katherine kathryn katharina catarina
susan sue susie suzanne susanne
jennifer jen jenny
jessica jess jessie
patricia pat patty tricia
rebecca becky
deborah debbie deb
barbara barb
dorothy dot dolly
victoria vicky tori
alexandra alex sandra sasha
christine chris tina christina
helen nell ellen helene elena
ann anne anna annie nancy hannah
jane janet joan johanna
sarah sally sara
martha patty
theresa tess terry teresa therese
isabella bella isabel
samantha sam
eleanor ellie nora
caroline carrie carol
charlotte lottie
frances fanny
harriet hattie
louisa lou louise
matilda tilly
"""
GIVEN_NAMES: Final[dict[str, frozenset[int]]] = {}
"""Which families of given names a name belongs to; two names with a family in common may be one person's."""
for _family, _line in enumerate(_NICKNAMES.strip().splitlines()):
    for _name in _line.split():
        GIVEN_NAMES[_name] = GIVEN_NAMES.get(_name, frozenset()) | {_family}
