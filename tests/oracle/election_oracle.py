#!/usr/bin/env python3
"""The result of a poll counted a second time, from the words of model/election.h alone.

Reads cases as JSON lines on stdin and writes results as JSON lines. Names are those of the header's
structs; shares are exact fractions. Written without sight of model/election.c, so that a rule which
two readers understand in two ways shows itself.
"""
import json
import sys
from fractions import Fraction

CHAIR, DEPUTY, MEMBER = POSTS = (0, 1, 2)
CITES = {"WOMAN_TAKES": "woman", "WOMAN_GIVES": "woman", "WOMAN_HELD": "woman", "KIN": "kin",
         "BARRED": "", "TIE": "", "VACANT": "rerun", "SEATS": "",
         "TURNOUT": "poll", "NO_TURNOUT": "poll"}
NONE = -1  # SIZE_MAX of the header


class Share:
    """'more than' or 'not fewer than' a part of a whole."""

    def __init__(self, share, of):
        self.bound = Fraction(share["num"], share["den"]) * of
        self.strict = share["strict"]

    def enough(self, x):
        return x > self.bound if self.strict else x >= self.bound

    def need(self):
        x = int(self.bound)  # rounds down, nothing here is negative
        while not self.enough(x):
            x += 1
        return x


class Selection:
    """Rules 4 and 5 for so many member seats set aside for women."""

    def __init__(self, poll, aside, out):
        self.poll = poll
        self.aside = aside
        self.out = dict(out)  # person -> post that was lost by rule 5
        self.waits = False
        self.fill()
        while self.part_kin():
            self.fill()

    def fill(self):
        self.post = {}  # elected: person -> post
        self.tied = {}  # person -> post
        self.tie_seats = [0, 0, 0]
        self.by_aside = set()
        self.tie_groups = []  # (post, seats, votes)
        self.held = 0
        self.contested = set()  # posts where more passed than there were seats
        for post in POSTS:
            seats = self.poll.seats[post]
            if post == MEMBER and self.aside:
                left = self.fill_from(post, self.aside, women=True)
                self.by_aside = {p for p, at in self.post.items() if at == MEMBER}
                self.held = left
                seats -= self.aside
            self.fill_from(post, seats, women=False)

    def fill_from(self, post, seats, women):
        """Seats of one post by votes; returns how many nobody is there for."""
        poll = self.poll
        able = [p for p in poll.everybody
                if poll.counted(p, post) > 0 and not poll.people[p]["barred"]
                and not poll.people[p]["kin_before"]
                and p not in self.post and p not in self.tied and p not in self.out
                and (not women or poll.people[p]["woman"]) and poll.passes(p, post)]
        if len(able) > seats and not women:
            self.contested.add(post)
        if seats == 0:
            return 0
        able.sort(key=lambda p: (-poll.counted(p, post), p))
        if len(able) <= seats:
            self.post.update((p, post) for p in able)
            return seats - len(able)
        last = poll.counted(able[seats - 1], post)
        if last != poll.counted(able[seats], post):
            self.post.update((p, post) for p in able[:seats])
            return 0
        above = [p for p in able if poll.counted(p, post) > last]
        self.post.update((p, post) for p in above)
        self.tied.update((p, post) for p in able if poll.counted(p, post) == last)
        self.tie_seats[post] += seats - len(above)
        self.tie_groups.append((post, seats - len(above), last))
        return 0

    def equal_kin(self, a, b):
        return self.post[a] == self.post[b] and self.votes(a) == self.votes(b)

    def votes(self, p):
        return self.poll.counted(p, self.post[p])

    def pairs(self):
        return [(a, b) for a, b in self.poll.kin if a != b and a in self.post and b in self.post]

    def rank(self, p):
        """Small is high."""
        post, votes = self.post[p], -self.votes(p)
        return (votes, post) if self.poll.rules["kin_higher_stays"] == "no" else (post, votes)

    def part_kin(self):
        unequal = [sorted(pair, key=self.rank) for pair in self.pairs() if not self.equal_kin(*pair)]
        if not unequal:
            return False
        stays, goes = min(unequal, key=lambda pair: [(self.rank(p), p) for p in pair])
        if self.poll.rules["kin_higher_stays"] == "waits" and self.votes(goes) > self.votes(stays):
            self.waits = True
        self.out[goes] = self.post[goes]
        return True

    def women(self):
        return sum(self.poll.people[p]["woman"] for p in self.post)

    def woman_tied(self):
        return any(self.poll.people[p]["woman"] for p in self.tied)


class Poll:
    def __init__(self, case):
        self.case = case
        self.rules = case["rules"]
        self.seats = case["seats"]
        self.people = case["people"]
        self.kin = case["kin"]
        self.rerun = case["rerun"]
        self.everybody = range(len(self.people))
        self.waits = False

    def counted(self, p, post):
        votes = self.people[p]["votes"]
        if self.rules["lower_post_votes"] == "yes":
            return sum(votes[:post + 1])
        return votes[post]

    def passes(self, p, post):
        return self.threshold.enough(self.counted(p, post))

    # ---- rule 1
    def validity(self):
        b = self.case["ballots"]
        reasons, verdicts = [], set()

        def judged(flag, why):
            reasons.append(why)
            if flag == "yes":
                verdicts.add("void")
            elif flag == "waits":
                verdicts.add("undecided")
                self.waits = True

        known = {key: b[key] >= 0 for key in b if key != "invalid_part"}
        if (not known["registered"] or not known["voted"] or self.case["incomplete"]
                or (self.rerun and not known["recovered"])):
            reasons.append("MISSING")
            verdicts.add("undecided")
        self.need_voted = -1
        if known["registered"]:
            turnout = Share(self.rules["turnout"], b["registered"])
            self.need_voted = turnout.need()
            flag = self.rules["rerun_turnout"] if self.rerun else "yes"
            if known["voted"] and flag != "no":
                if turnout.enough(b["voted"]):
                    reasons.append("TURNOUT")
                else:
                    judged(flag, "NO_TURNOUT")
        if known["recovered"]:
            if known["voted"] and b["recovered"] > b["voted"]:
                judged(self.rules["void_over_voted"], "OVER_VOTED")
            if known["issued"] and b["recovered"] > b["issued"]:
                judged(self.rules["void_over_issued"], "OVER_ISSUED")
            parts = ("valid", "invalid", "blank")
            if all(known[k] for k in parts) and b["recovered"] != sum(b[k] for k in parts):
                reasons.append("SHEET")
        for worst in ("void", "undecided"):
            if worst in verdicts:
                return worst, reasons
        return "valid", reasons

    # ---- rule 2
    def set_threshold(self):
        share, of = ("rerun_floor", "recovered") if self.rerun else ("majority", "voted")
        whole = self.case["ballots"][of]
        self.threshold = Share(self.rules[share], max(whole, 0))
        self.need_votes = self.threshold.need() if whole >= 0 else -1

    # ---- rule 6
    def select(self):
        if self.rerun:
            held = self.case["held_for_woman"] and self.seats[MEMBER] > 0
            return Selection(self, 1 if held else 0, {})
        s = self.first = Selection(self, 0, {})
        while s.women() < self.rules["women_min"] and not s.woman_tied() and not s.held:
            members = sum(self.people[p]["woman"] for p in s.post if s.post[p] == MEMBER)
            aside = max(members, s.aside) + 1
            if aside > self.seats[MEMBER]:
                break
            able = any(self.people[p]["woman"] and not self.people[p]["barred"]
                       and p not in s.post and p not in s.out
                       and not self.people[p]["kin_before"]
                       and self.counted(p, MEMBER) > 0 and self.passes(p, MEMBER)
                       for p in self.everybody)
            if not able and self.rules["woman_held"] != "yes":
                self.waits |= self.rules["woman_held"] == "waits"
                break
            self.waits |= s.waits
            s = Selection(self, aside, s.out)
        return s

    def line(self, state, post, person, why, votes):
        cite = CITES.get(why, "rerun" if self.rerun else "majority")
        if why == "SEATS" and self.rerun:
            cite = "rerun"
        return {"state": state, "post": post, "person": person, "why": why, "cite": cite,
                "votes": votes, "need": self.need_votes}

    def seat_lines(self, s):
        in_kin = {p for pair in s.pairs() for p in pair}
        lines = []
        for post in POSTS:
            ranked = sorted((p for p in s.post if s.post[p] == post),
                            key=lambda p: (-self.counted(p, post), p))
            for p in ranked:
                if p in in_kin:
                    why = "KIN"
                elif p in s.by_aside and (self.rerun or p not in self.first.post):
                    why = "WOMAN_TAKES"
                elif post in s.contested:
                    why = "PLURALITY"
                else:
                    why = "FLOOR" if self.rerun else "MAJORITY"
                if self.people[p]["voided"]:  # rule 10
                    lines.append(self.line("open", post, p, "BARRED", self.counted(p, post)))
                    lines[-1]["cite"] = "void"
                    continue
                lines.append(self.line("elected", post, p, why, self.counted(p, post)))
            for at, seats, votes in s.tie_groups:
                if at == post:
                    lines += [self.line("tie", post, NONE, "TIE", votes) for _ in range(seats)]
            held = s.held if post == MEMBER else 0
            free = self.seats[post] - len(ranked) - s.tie_seats[post] - held
            lines += [self.line("open", post, NONE, "VACANT", 0) for _ in range(free)]
            lines += [self.line("held", post, NONE, "WOMAN_HELD", 0) for _ in range(held)]
        return lines

    def other_lines(self, s):
        lines = []
        for p in self.everybody:
            posts = [post for post in POSTS if self.seats[post] and self.counted(p, post)]
            if p in s.post or not posts:
                continue
            passed = [post for post in posts if self.passes(p, post)]
            best = passed[0] if passed else max(posts, key=lambda x: (self.counted(p, x), -x))
            if self.people[p]["barred"]:
                why, post = "BARRED", best
            elif p in s.tied:
                why, post = "TIE", s.tied[p]
            elif self.people[p]["kin_before"]:
                why, post = "KIN", best
            elif p in s.out:
                why, post = "KIN", s.out[p]
            elif not self.rerun and self.first.post.get(p) == MEMBER:
                why, post = "WOMAN_GIVES", MEMBER
            elif passed:
                why, post = "SEATS", best
            else:
                why, post = "BELOW", best
            lines.append(self.line("open", post, p, why, self.counted(p, post)))
        return lines

    # ---- rule 7
    def another(self, s, seats):
        about, people = [0, 0, 0], []
        for post in POSTS:
            open_n = sum(x["post"] == post and x["state"] in ("open", "held") for x in seats)
            held_n = sum(x["post"] == post and x["state"] == "held" for x in seats)
            about[post] = open_n + s.tie_seats[post]
            among = sorted(p for p in s.tied if s.tied[p] == post)
            if open_n:
                only_women = post == MEMBER and open_n == held_n
                able = [p for p in self.everybody
                        if p not in s.post and p not in s.out and p not in s.tied
                        and not self.people[p]["barred"]
                        and not self.people[p]["kin_before"]
                        and self.counted(p, post) > 0
                        and (not only_women or self.people[p]["woman"])]
                able.sort(key=lambda p: (-self.counted(p, post), p))
                if len(able) > open_n + 1:
                    last = self.counted(able[open_n], post)
                    able = [p for p in able if self.counted(p, post) >= last]
                among += able
            people += [p for p in among if p not in people]
        return about, people

    def result(self):
        validity, reasons = self.validity()
        self.set_threshold()
        r = {"validity": validity, "reasons": [[why, CITES.get(why, "")] for why in reasons], "need_voted": self.need_voted,
             "need_votes": self.need_votes, "seats": [], "others": [], "women": 0, "elected": 0,
             "open": 0, "rerun_needed": False, "rest_may_stay_vacant": False,
             "rerun_seats": [0, 0, 0], "rerun_people": [], "waits": self.waits}
        if validity != "valid":
            return r
        s = self.select()
        r["seats"] = self.seat_lines(s)
        r["others"] = self.other_lines(s)
        in_seat = [x["person"] for x in r["seats"] if x["state"] == "elected"]
        r["women"] = sum(1 for p in in_seat if self.people[p]["woman"])
        r["elected"] = len(in_seat)
        r["open"] = len(r["seats"]) - r["elected"]
        r["rerun_seats"], r["rerun_people"] = self.another(s, r["seats"])
        r["rerun_needed"] = r["open"] > 0
        self.waits |= s.waits or self.lower_waits()
        r["rest_may_stay_vacant"] = self.rest(r["seats"], r["elected"])
        r["waits"] = self.waits
        return r

    def lower_waits(self):
        return self.rules["lower_post_votes"] == "waits" and any(
            self.seats[post] and sum(person["votes"][:post])
            for person in self.people for post in POSTS)

    # ---- rule 8
    def rest(self, seats, elected):
        states = {line["state"] for line in seats}
        if "open" not in states or "tie" in states or "held" in states:
            return False
        least, chair = self.rules["rest_vacant_min"], self.rules["rest_vacant_needs_chair"]
        if least < 0:
            self.waits = True
            return False
        if self.rerun:
            elected += self.case["elected_before"]
        if elected < least:
            return False
        if chair == "no" or not any(x["post"] == CHAIR and x["state"] == "open" for x in seats):
            return True
        self.waits |= chair == "waits"
        return False


def impossible(case):
    """What no poll can be."""
    b = case["ballots"]
    numbers = list(case["seats"]) + b["invalid_part"] + [case["elected_before"]]
    numbers += [abs(b[key]) if b[key] == -1 else b[key]  # -1: not entered
                for key in b if key != "invalid_part"]
    for person in case["people"]:
        numbers += person["votes"]
    return (any(x < 0 or x > 10 ** 9 for x in numbers) or len(case["people"]) > 400 or sum(case["seats"]) > 99
            or any(p >= len(case["people"]) for pair in case["kin"] for p in pair))


def result(case):
    return {"refused": "invalid"} if impossible(case) else Poll(case).result()


def main():
    for text in sys.stdin:
        print(json.dumps(result(json.loads(text))))


if __name__ == "__main__":
    main()
