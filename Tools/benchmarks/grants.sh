# Client credentials, refresh and introspection at 32 connections, against Glewlwyd's client credentials and
# introspection; and introspection with an empty and a large ledger, in turn.

measure_grants() {
    local rounds=$work/grants round mode
    mkdir "$rounds"
    large_ledger
    table "grants/s" "case" ours p50_ms p99_ms cpu_ms peer ratio
    start_service "$empty" "$(free_port)" "$large_base"
    prepare_grants "$empty" "$rounds/empty"
    for round in $(seq "$ROUNDS"); do
        note "grants: round $round of $ROUNDS"
        for mode in client_credentials refresh introspect; do
            grants_load "$mode" 32 "$SECS" "$rounds/empty" >>"$rounds/ours.$mode"
        done
        measure_glewlwyd_grants "$rounds"
    done
    report_grants "$rounds" client_credentials cc 30
    report_grants "$rounds" refresh cc 30
    report_grants "$rounds" introspect introspect 40
    compare_introspection "$rounds"
}

# One connection, in turn on both ledgers, seven rounds at least. The empty one's service runs already.
compare_introspection() {
    local round kind ratio rounds=$((ROUNDS > 7 ? ROUNDS : 7))
    local -A base_of=([empty]=$base) service_of=([empty]=$service)
    start_service "$large" "$(free_port)" "$large_base"
    base_of[large]=$base service_of[large]=$service
    prepare_grants "$large" "$1/large"
    for round in $(seq "$rounds"); do
        note "introspection: round $round of $rounds"
        for kind in empty large; do
            base=${base_of[$kind]} service=${service_of[$kind]}
            grants_load introspect 1 "$SECS" "$1/$kind" | cut -f2 >>"$1/latency.$kind"
        done
    done
    ratio=$(quotient "$(median <"$1/latency.large")" "$(median <"$1/latency.empty")")
    judge "$ratio" '<=' 1.15
    table "p50 of introspection, ms" "empty ledger" "$(median <"$1/latency.empty")"
    table "p50 of introspection, ms" "$EVENTS events" "$(median <"$1/latency.large")" "${ratio}x <= 1.15 $verdict"
    judge "$(resident_megabytes "${service_of[large]}")" '<' 300
    table "resident, MB" "$EVENTS events" "$(resident_megabytes "${service_of[large]}") < 300 $verdict"
    end "${service_of[empty]}"
    end "${service_of[large]}"
}

# prepare_grants FOLDER PREFIX: registers an app with all grants, and issues it access tokens for ten seconds, a thousand of
# which are kept. The service runs. Writes PREFIX.basic and PREFIX.introspect.
prepare_grants() {
    local api made
    operator_key=$(member key <"$1/init.json")
    api=$(curl -fsS -H "Authorization: Bearer $operator_key" "$base/manager/apis" | grep -o '"id":"api_[^"]*"' | head -n 1 | cut -d'"' -f4)
    manager POST "apis/$api/revisions" '{"name":"orders","base_path":"/orders","version":"1","scopes":["api"],"interceptors":[{"type":"oauth","grants":["password","refresh_token","client_credentials"]}]}' >/dev/null
    manager PUT "environments/prod/deployments/$api" '{}' >/dev/null
    made=$(manager POST apps '{"name":"grants","first_party":true,"grants":["password","refresh_token","client_credentials"],"apis":["'"$api"'"]}')
    printf '%s:%s' "$(member client_id <<<"$made")" "$(member client_secret <<<"$made")" | base64 -w0 >"$2.basic"
    KEEP=$2.introspect grants_load client_credentials 32 10 "$2" >/dev/null
}

# grants_load MODE CONNECTIONS SECONDS PREFIX: as load. Each run of refresh begins with 64 families of its own.
grants_load() {
    local before result name path=access-token tokens=
    case $1 in
        refresh) tokens=$4.refresh ;;
        introspect) tokens=$4.introspect path=introspect ;;
    esac
    if [ "$1" = refresh ]; then
        for name in $(seq 64); do
            curl -fsS -H "Authorization: Basic $(cat "$4.basic")" -d grant_type=password -d "username=user$name" \
                -d password=pw "$base/prod/oauth/access-token" | member refresh_token
        done >"$4.refresh"
    fi
    before=$(cpu_seconds "$service")
    result=$(env ${tokens:+TOKENS=$tokens} BASIC="$(cat "$4.basic")" MODE="$1" wrk -t1 -c"$2" -d"${3}s" --timeout 10s \
        -s "$root/Tools/benchmarks/grants.lua" "$base/prod/oauth/$path" | grep '^RESULT')
    awk -F'\t' -v cpu="$(awk -v a="$before" -v b="$(cpu_seconds "$service")" 'BEGIN { print b - a }')" '{
        good = $2 - $4
        printf "%.0f\t%.2f\t%.2f\t%.3f\t%d\t%d\n", good / ($3 / 1e6), $6 / 1000, $7 / 1000, cpu * 1000 / $2, $4, $5
    }' <<<"$result"
}

# Its introspection is measured with 20,000 tokens stored, as ours is.
measure_glewlwyd_grants() {
    [ -f "$peers/glewlwyd.sh" ] || return 0
    JOURNAL=wal CASES="cc grow" GROW=20000 ROUNDS=1 SECS=$SECS LEVELS=32 QUIET=${QUIET:-1} OUT='' \
        bash "$peers/glewlwyd.sh" 2>"$work/glewlwyd.log" | awk -F'\t' -v folder="$1" '
        $2 == "client_credentials ES256" { print $4 >>(folder "/glewlwyd.cc") }
        $2 == "introspect ES256, 20000 more tokens" { print $4 >>(folder "/glewlwyd.introspect") }' ||
        note "glewlwyd.sh failed: $(tail -1 "$work/glewlwyd.log")"
}

# report_grants FOLDER MODE PEER LIMIT
report_grants() {
    local ours=$1/ours.$2 peer=$1/glewlwyd.$3 ratio verdict=
    column() { cut -f"$1" "$ours" | median; }
    awk -F'\t' '$5 + $6 { exit 1 }' "$ours" || { echo "$2: answers that were no 200, or broken connections"; missed=1; }
    if [ -s "$peer" ]; then
        ratio=$(quotient "$(column 1)" "$(median <"$peer")" %.1f)
        judge "$ratio" '>=' "$4"
        table glewlwyd-wal "$2" "$(column 1)" "$(column 2)" "$(column 3)" "$(column 4)" "$(median <"$peer")" "${ratio}x >= $4 $verdict"
    else
        table glewlwyd-wal "$2" "$(column 1)" "$(column 2)" "$(column 3)" "$(column 4)" - skipped
    fi
}
