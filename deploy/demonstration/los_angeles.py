"""Eight schools of Los Angeles Unified with their real Academic Performance Index of 2000: public facts.

Source: California Department of Education, 2000 API Base data file (schools by county-district-school code), scale
200 to 1000. Target-grade enrollments and attendance are ours: the file has none. None of the district's elementary or
high schools stood at exactly 800 that year; White Point, at 801, is the nearest that the criterion leaves out.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class AngelenoSchool:
    """`students` is our enrollment of the target grades (TK and KG, or 9); `absence` our mean share of days missed."""

    cds: str
    name: str
    level: str
    api: int
    students: int
    absence: float


LOS_ANGELES = (
    AngelenoSchool("19647336019889", "West Vernon Avenue Elementary", "elementary", 356, 118, 0.066),
    AngelenoSchool("19647336019640", "Valerio Street Elementary", "elementary", 457, 166, 0.050),
    AngelenoSchool("19647336016083", "Brentwood Science", "elementary", 792, 84, 0.036),
    AngelenoSchool("19647336019947", "White Point Elementary", "elementary", 801, 44, 0.058),
    AngelenoSchool("19647331935154", "Locke (Alain Leroy) Senior High", "high", 370, 182, 0.085),
    AngelenoSchool("19647331930924", "Belmont Senior High", "high", 477, 214, 0.070),
    AngelenoSchool("19647331932623", "El Camino Real Senior High", "high", 737, 132, 0.045),
    AngelenoSchool("19647331932847", "Los Angeles Center for Enriched Studies", "high", 804, 98, 0.030),
)
