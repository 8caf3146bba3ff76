// Invariants of the record itself: its order, its counts, and what refused and reported entries may say.

/** What a report of an act outside the rules may bring with it: nothing that a rule would take for the act itself. */
const WITH_A_REPORT = [
  "incident.act_reported.v1", "identity.units_blocked.v1", "quality.deviation_opened.v1", "safety.case_opened.v1",
  "safety.event_reported.v1",
];

invariant("CSV-07, CSV-05", ["refused"],
  "A refusal names the gates that did not hold, and changes nothing.",
  function what_is_refused_changes_nothing(known, { entry }) {
    return [
      ...entry.about.map((each) => `it is about ${each.subject}`),
      ...(entry.intent.facts ?? []).map((each) => `it holds ${each.type}`),
      ...unless(entry.unmet.length, "it names no gate"),
    ];
  });

invariant("CSV-07, CSV-08", ["done"],
  "What is entered as done met every gate.",
  function nothing_is_done_while_a_gate_does_not_hold(known, { entry }) {
    return entry.unmet.map((gate) => `${gate} did not hold`);
  });

invariant("GMP-18, CSV-05", ["observed", "incident.act_reported.v1"],
  "What happened outside the rules is entered as observed and never as the act itself.",
  function what_is_reported_counts_for_no_gate(known, fact) {
    if (fact.entry.outcome !== "observed") return ["an act outside the rules was entered as done"];
    return [...fact.types].filter((type) => !WITH_A_REPORT.includes(type)).sort().map((type) => `it holds ${type}`);
  });

invariant("CSV-01, CSV-S2", ["done", "observed"],
  "Every subject counts its own entries, and each of them names the one before.",
  function entries_about_a_subject_follow_without_a_gap(known, { entry }) {
    if (!entry.about.length) return null;
    return entry.about.flatMap((each) => {
      const { subject, seq, prev } = strict(each), before = known.heads.of(subject), next = before.seq + 1;
      // Where entries may be missing a higher number only says that some are.
      const fits = (seq === next && prev === before.position) || (seq > next && known.heads.partial);
      return unless(fits, `it calls itself entry ${seq} of ${subject} after ${prev}; it is ${next} after ${before.position}`);
    });
  });

invariant("CSV-38, CSV-S1, CSV-S3", ["done", "refused", "observed"],
  "Every entry is later than the one before it.",
  function time_never_goes_backwards(known, fact) {
    const last = known.heads.lastTime;
    return last ? unless(isBefore(last, fact.time), `it was entered at ${fact.time}, after one of ${last}`) : null;
  });

invariant("CSV-01, CSV-18", [KEY_CHANGED],
  "The log's key changes by what two brought, and the new key signed, and the one before or the root.",
  function the_key_of_the_log_changes_only_as_the_keys_say(known, fact) {
    const { log_key, statement } = fact.body, state = known.of(LOG_KEY, log_key), wrong = wrongWith(keyChangeOf(fact), state);
    const byTwo = state.proposed !== statement ? ["nobody had proposed it"] : unless(state.proposedBy !== fact.person, `${fact.person} changed it alone`);
    return [...byTwo, ...unless(!wrong, wrong)];
  });
