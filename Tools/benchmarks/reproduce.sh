# Every decision of a synthetic ledger made again on one processor, against the C program that scans, hashes and folds the
# same file; and one decision of them from a cold start. Every tenth token carries a sealed value; no vault is opened.

measure_reproduce() {
    local round started made rate ours limit one peak kilobytes verdict
    local ledger=$work/decisions/ledger.db
    mkdir "$work/decisions"
    note "making a ledger of $DECISIONS decisions"
    made=$("$bin/LedgerBenchmark" decide "$ledger" "$DECISIONS" 7)
    "$bin/sqlite-verify" "$ledger" >/dev/null # and the file is in the page cache
    for round in $(seq "$ROUNDS"); do
        note "reproduce: round $round of $ROUNDS"
        started=$(seconds)
        /usr/bin/time -f '%M %U %S' -o "$work/reproduce.time" \
            taskset -c 0 "$bin/authaudit" reproduce --ledger "$ledger" >"$work/reproduce.out" 2>&1 ||
            note "$(head -n 2 "$work/reproduce.out" | tr '\n' ' ')"
        awk -v n="$DECISIONS" '{ printf "%.0f\n", n / ($2 + $3) }' "$work/reproduce.time" >>"$work/reproduce.cpu"
        awk -v n="$DECISIONS" -v a="$started" -v b="$(seconds)" 'BEGIN { printf "%.0f\n", n / (b - a) }' >>"$work/reproduce.ours"
        cut -d' ' -f1 "$work/reproduce.time" >>"$work/reproduce.peak"
        taskset -c 0 "$bin/sqlite-verify" "$ledger" | cut -f1 >>"$work/reproduce.limit"
        started=$(seconds)
        "$bin/authaudit" reproduce --ledger "$ledger" --jti "$(cut -f3 <<<"$made")" >/dev/null
        awk -v a="$started" -v b="$(seconds)" 'BEGIN { printf "%.0f\n", (b - a) * 1000 }' >>"$work/reproduce.one"
    done
    ours=$(median <"$work/reproduce.ours") rate=$(median <"$work/reproduce.cpu")
    limit=$(awk -v e="$(median <"$work/reproduce.limit")" -v n="$DECISIONS" -v m="$(cut -f2 <<<"$made")" \
        'BEGIN { printf "%.0f", e * n / m }')
    kilobytes=$(median <"$work/reproduce.peak") one=$(median <"$work/reproduce.one")
    peak=$((${kilobytes%.*} / 1024))
    table "reproduced decisions/s" "decisions" authaudit "per CPU s" "C, verify" ratio
    judge "$rate" '>=' 100000
    table "everything" "$DECISIONS" "$ours" "$rate $verdict" "$limit" "$(quotient "$ours" "$limit")"
    judge "$one" '<' 200
    table "one, cold start" "ms" "$one $verdict"
    judge "$peak" '<' 500
    table "peak memory" "MB" "$peak $verdict"
}
