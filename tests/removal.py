"""Whether offices with two paths stay connected whichever place or span fails, by taking each one out."""

import itertools

import networkx as nx

SOURCES = {"source", "existing"}


def check_by_removal(document, names):
    """Take each place and each span out of a plan's network: a named office stays connected by one of its paths."""
    links = {link["id"]: link for link in (*document["links"], *document["backup_links"])}
    sources = {link["to"] for link in document["links"] if link["technology"] in SOURCES}
    into = {link["to"]: link for link in document["links"]}
    for name in names:
        (second,) = [backup["path"] for backup in document["backups"] if backup["office"] == name]
        first, at = [], name
        while at != "root":
            first.append((into[at]["from"], at, into[at]["id"]))
            at = into[at]["from"]
        other = []
        for step in second:
            link = links[step["link"]]
            ends = (link["to"], link["from"]) if step["reversed"] else (link["from"], link["to"])
            other.append((*ends, link["id"]))
        for path in (first[::-1], other):
            assert [path[0][0], path[-1][1]] == ["root", name]
            assert all(one[1] == following[0] for one, following in itertools.pairwise(path))
        both = nx.MultiDiGraph()
        for tail, head, link in (*first, *other):
            both.add_edge(tail, head, key=link)
        for place in set(both) - {"root", name} - sources:
            left = both.copy()
            left.remove_node(place)
            assert nx.has_path(left, "root", name), f"{place} cuts off {name}"
        for tail, head, link in set(both.edges(keys=True)):
            if links[link]["technology"] not in SOURCES:
                left = both.copy()
                left.remove_edge(tail, head, key=link)
                assert nx.has_path(left, "root", name), f"{link} cuts off {name}"
