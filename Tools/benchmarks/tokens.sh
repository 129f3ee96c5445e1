# Password grants: the service and Glewlwyd in turn, each with nginx as the store that accepts everybody. Every answer
# of ours is durable before it leaves; Glewlwyd's database is switched to WAL, which it does not do by itself.

measure_tokens() {
    local rounds=$work/tokens connections round
    mkdir "$rounds"
    start_identity
    new_ledger "$work/tokens.ledger" "$(free_port)"
    load 8 2 >/dev/null # everybody has an account now

    for round in $(seq "$ROUNDS"); do
        note "tokens: round $round of $ROUNDS"
        for connections in $LEVELS; do load "$connections" "$SECS" >>"$rounds/ours.$connections"; done
        measure_glewlwyd "$rounds"
    done
    # Once more, so that a drift of the machine does not fall on one side.
    for connections in $LEVELS; do load "$connections" "$SECS" >>"$rounds/ours.$connections"; done
    end "$service"

    table "password grants/s" "connections" ours p50_ms p99_ms cpu_ms/grant peer peer_p99_ms peer_cpu_ms ratio
    for connections in $LEVELS; do report_tokens "$rounds" "$connections"; done
    [ -s "$rounds/answers" ] && { echo "answers that were no 200:"; cat "$rounds/answers"; missed=1; }
    return 0
}

# One round of Glewlwyd: a database of its own each time, as its script makes it.
measure_glewlwyd() {
    [ -f "$peers/glewlwyd.sh" ] || return 0
    JOURNAL=wal CASES=es ROUNDS=1 SECS=$SECS LEVELS=$LEVELS QUIET=${QUIET:-1} OUT='' \
        bash "$peers/glewlwyd.sh" 2>"$work/glewlwyd.log" | awk -F'\t' -v folder="$1" '
        $2 == "password ES256" { print $4 "\t" $7 "\t" $11 >>(folder "/glewlwyd." $3) }' ||
        note "glewlwyd.sh failed: $(tail -1 "$work/glewlwyd.log")"
}

report_tokens() {
    local ours=$1/ours.$2 peer=$1/glewlwyd.$2 rate p99 peer_rate ratio verdict=ok
    column() { cut -f"$2" "$1" | median; }
    rate=$(column "$ours" 1) p99=$(column "$ours" 3)
    awk -F'\t' -v c="$2" '$5 + $6 { print c " connections: " $5 " answers, " $6 " broken connections" }' "$ours" >>"$1/answers"
    [ "$2" != 32 ] || judge "$p99" '<' 25
    local p99_verdict=$verdict
    if [ -s "$peer" ]; then
        peer_rate=$(column "$peer" 1)
        ratio=$(quotient "$rate" "$peer_rate" %.1f)
        verdict=
        [ "$2" != 32 ] || judge "$ratio" '>=' 20
        table glewlwyd-wal "$2" "$rate" "$(column "$ours" 2)" "$p99" "$(column "$ours" 4)" "$peer_rate" \
            "$(column "$peer" 2)" "$(column "$peer" 3)" "${ratio}x $verdict"
    else
        table glewlwyd-wal "$2" "$rate" "$(column "$ours" 2)" "$p99" "$(column "$ours" 4)" - - - skipped
    fi
    [ "$2" != 32 ] || table "p99 below 25 ms" "$2" - - "$p99" - - - - "$p99_verdict"
}
