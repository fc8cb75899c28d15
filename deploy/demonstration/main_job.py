"""Load the demonstration, then do what Rollbook is for: rolls, an adjustment, ADA, why, and the program."""

import time

from rich.console import Console

from deploy.demonstration.calendar import SCHOOL_YEAR, TODAY
from deploy.demonstration.credit_shown import CreditShown
from deploy.demonstration.district import district_of, make_district
from deploy.demonstration.load import load
from deploy.demonstration.program_shown import ProgramShown
from deploy.demonstration.roll_shown import RollShown
from deploy.places import Addresses
from deploy.public_api import OFFICE, District, Mint
from shared.schema.roster import Jurisdiction


async def load_and_show(addresses: Addresses, mint: Mint, console: Console, size: str) -> None:
    """Seconds when the data are there already. Errors: `Trouble` when a part does not answer as it should."""
    demonstration = make_district(size)
    async with District(addresses, mint, district_of(size)) as district:
        began = time.monotonic()
        rolls = await load(district, demonstration, console)
        students = len(demonstration.rows("students"))
        what = f"{rolls:,} rolls of {students:,} students loaded" if rolls else "Everything was loaded already"
        console.print(f"{what}, {time.monotonic() - began:.1f} s. It is {TODAY:%A, %d %B %Y}, for the demonstration.")

        console.rule("Roll: a teacher takes one, the office adjusts it")
        shown = RollShown.of(demonstration, district, console)
        await shown.take()
        credit = CreditShown(district, console, demonstration.plans(Jurisdiction.TEXAS))
        began, already = time.monotonic(), await shown.adjusted_before()
        before = await credit.ada_now()
        console.print(f"Credit has followed every entry of roll, {time.monotonic() - began:.1f} s.")
        sent = time.monotonic()
        await shown.adjust()
        after = before if already else await credit.ada_once_it_differs(before, sent)
        await shown.show_trail()
        if already:
            console.print("The office adjusted this mark in an earlier start: ADA is as it was left.")

        console.rule("Credit: average daily attendance, and why")
        credit.show(before, after)
        await credit.show_student(shown.student_id)
        await credit.explain(shown.student_id)

        console.rule("Program: schools selected, staffed and followed")
        await ProgramShown(district, console).select()

        console.rule("Try it yourself")
        _say_where(addresses, console, district.token(OFFICE))


def _say_where(addresses: Addresses, console: Console, token: str) -> None:
    console.print("ADA of the demonstration district, with a token good for an hour:")
    url = f"{addresses.credit}/v1/ada?school_year={SCHOOL_YEAR}"
    console.print(f"curl -s -H 'Authorization: Bearer {token}' '{url}'", soft_wrap=True, highlight=False, markup=False)
