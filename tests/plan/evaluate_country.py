"""A small country of link options, made by hand: every price a round number of cents."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from planner.links.options import NO_MAST, ROOT, LinkOptions, OptionKind, PlaceKind, Places

LADDER_M = np.array([10.0, 20.0, 30.0])


@dataclass
class Country:
    """Places and link options, one after the other; all four money columns are the same."""

    offices: int = 0
    ids: list[str] = field(default_factory=list)
    kinds: list[PlaceKind] = field(default_factory=list)
    office_of: list[int] = field(default_factory=list)
    rows: list[tuple[int, int, str, int, float, int, int]] = field(default_factory=list)

    def place(self, name: str, kind: PlaceKind) -> int:
        self.ids.append(name)
        self.kinds.append(kind)
        self.office_of.append(self.offices if kind == PlaceKind.OFFICE else -1)
        self.offices += kind == PlaceKind.OFFICE
        return len(self.ids) - 1

    def link(
        self, u: str, v: str, technology: str, cents: int, *, mbps: float = np.inf, rungs: tuple[int, int] | None = None
    ) -> int:
        ends = [ROOT if name == "root" else self.ids.index(name) for name in (u, v)]
        self.rows.append((*ends, technology, cents, mbps, *(rungs or (NO_MAST, NO_MAST))))
        return len(self.rows) - 1

    def options(self, mast_cents: tuple[int, ...] = (100, 200, 300)) -> LinkOptions:
        n, names = len(self.ids), sorted({row[2] for row in self.rows})
        u, v, technology, cents, mbps, rung_u, rung_v = (list(column) for column in zip(*self.rows, strict=True))
        places = Places(
            id=np.array(self.ids),
            kind=np.array(self.kinds, np.int8),
            lon=np.linspace(0, 1, n),
            lat=np.zeros(n),
            ground_m=np.zeros(n),
            region=np.full(n, ""),
            office=np.array(self.office_of, np.int32),
            position_known=np.ones(n, np.bool_),
            existing_m=np.zeros(n),
            max_rung=np.full(n, len(LADDER_M) - 1, np.int8),
            mast_class=np.zeros(n, np.int8),
            site_class=np.zeros(n, np.int8),
            rent_per_year=np.zeros(n),
            supply=np.zeros(n, dtype=np.int8),
            supply_availability=np.ones(n),
            grid_km=np.full(n, np.nan),
            power_class=np.zeros(n, dtype=np.int32),
            freight=np.ones(n),
            works=np.ones(n),
            access_km=np.zeros(n),
            ports=np.full(n, np.inf),
            climate=np.tile([42.0, -200.0, 7.5, np.nan], (n, 1)),
            climate_source=np.tile(np.array([0, 0, 0, 4], np.int8), (n, 1)),
        )
        mast = np.broadcast_to(np.array(mast_cents, np.int64)[None, :, None], (n, len(LADDER_M), 4))
        return LinkOptions(
            places=places,
            kinds=tuple(
                OptionKind(name, name, int(name == "microwave"), (), service=name in {"leo", "geo", "cellular"})
                for name in names
            ),
            u=np.array(u, np.int32),
            v=np.array(v, np.int32),
            kind=np.array([names.index(name) for name in technology], np.int16),
            length_km=np.zeros(len(u)),
            priced_km=np.zeros(len(u)),
            capacity_mbps=np.array(mbps, np.float64),
            availability=np.ones(len(u)),
            rung_u=np.array(rung_u, np.int8),
            rung_v=np.array(rung_v, np.int8),
            money=np.repeat(np.array(cents, np.int64)[:, None], 4, axis=1),
            geometry_start=np.zeros(len(u) + 1, np.int64),
            geometry=np.zeros((0, 2)),
            ladder_m=LADDER_M,
            mast_items=(((), (), ()),),
            site_items=((),),
            power_items=((),),
            office_items=((),) * self.offices,
            transit_items=(),
            mast_money=mast,
            package_money=np.zeros((self.offices, 4), np.int64),
            package_transit_money=np.zeros((self.offices, 4), np.int64),
            rejections=(),
            notes=(),
        )
