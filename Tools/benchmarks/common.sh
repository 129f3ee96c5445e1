# What the benchmarks share: a work folder, processes ended by their ids, free ports, medians, the service and its one
# Identity. Sourced by Tools/bench.

work=$(mktemp -d -t ledger-bench.XXXXXX)
chmod 755 "$work"
pids=()
missed=0

end_all() {
    trap - EXIT INT TERM
    local pid
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap end_all EXIT
trap 'exit 130' INT TERM

# end PID: ends one process that was started here, and waits for it.
end() {
    kill -TERM "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

note() { echo "# $*" >&2; }

# table COLUMN...: one row of the result. The first two columns name the case; they are wider.
table() { printf '%-24s %-22s' "$1" "$2"; shift 2; printf ' %14s' "$@"; printf '\n'; }

# judge VALUE OP LIMIT: "ok", or "MISSED", which the exit status of the whole run remembers.
judge() {
    if awk -v v="$1" -v l="$3" "BEGIN { exit !(v $2 l) }"; then verdict=ok; else verdict=MISSED missed=1; fi
}

median() { sort -g | awk '{ a[NR] = $1 } END { print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }
quotient() { awk -v a="$1" -v b="$2" -v f="${3:-%.2f}" 'BEGIN { printf f, (b > 0 ? a / b : 0) }'; }
seconds() { date +%s.%N; }

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 10000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
    done
}

# wait_for_port PORT: until something listens there, for 10 s at most.
wait_for_port() {
    local try
    for try in $(seq 1000); do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
        sleep 0.01
    done
    echo "nothing listens on port $1" >&2
    return 1
}

# member NAME: the first string or number member of that name in the JSON on standard input.
member() { grep -o "\"$1\":\(\"[^\"]*\"\|[0-9]*\)" | head -n 1 | sed "s/^\"$1\"://; s/^\"//; s/\"$//"; }

# cpu_seconds PID: processor time that the process has used.
cpu_seconds() { sed 's/.*) //' "/proc/$1/stat" | awk -v hz="$(getconf CLK_TCK)" '{ print ($12 + $13) / hz }'; }
resident_megabytes() { awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }

# start_identity: nginx as the one API Identity: it accepts everybody. Sets identity_url.
start_identity() {
    local port
    port=$(free_port)
    mkdir -p "$work/nginx"
    cat >"$work/nginx/nginx.conf" <<CONF
daemon off; worker_processes 1; pid $work/nginx/pid; error_log $work/nginx/error.log warn;
events { worker_connections 4096; }
http {
    access_log off; keepalive_requests 100000000; default_type text/plain;
    client_body_temp_path $work/nginx/b; proxy_temp_path $work/nginx/p; fastcgi_temp_path $work/nginx/f;
    uwsgi_temp_path $work/nginx/u; scgi_temp_path $work/nginx/s;
    server { listen 127.0.0.1:$port backlog=4096; location = /auth { return 200 "ok\n"; } }
}
CONF
    nginx -c "$work/nginx/nginx.conf" -p "$work/nginx" 2>"$work/nginx/stderr" &
    pids+=($!)
    wait_for_port "$port"
    identity_url=http://127.0.0.1:$port/auth
}

# start_service FOLDER PORT [BASE]: serves the ledger of the folder, and returns when it is ready. BASE is the base URL
# with which its environments were created, where that was another port. Sets service (its pid) and base.
start_service() {
    base=http://127.0.0.1:$2
    "$bin/authledger" serve --ledger "$1/ledger.db" --listen "127.0.0.1:$2" --base-url "${3:-$base}" \
        --allow-private-destinations --quiet >"$1/access.log" 2>"$1/service.log" &
    service=$!
    pids+=("$service")
    "$bin/until-ready" "$2" || { cat "$1/service.log" >&2; return 1; }
}

manager() {
    curl -fsS -X "$1" -H "Authorization: Bearer $operator_key" -H 'Content-Type: application/json' --data "$3" \
        "$base/manager/$2"
}

# new_ledger FOLDER PORT: a ledger with one environment, one API, one Identity and one app, whose service runs.
# Sets service, base, and basic (the app's credentials for HTTP Basic).
new_ledger() {
    local api identity app id
    mkdir -p "$1"
    "$bin/authledger" init --ledger "$1/ledger.db" --origin bench.example/ledger >"$1/init.json" 2>"$1/init.log"
    operator_key=$(member key <"$1/init.json")
    start_service "$1" "$2"
    manager POST environments '{"name":"prod"}' >/dev/null
    manager PUT environments/prod/deployments/oauth '{}' >/dev/null
    api=$(manager POST apis '{"name":"orders","base_path":"/orders","version":"1","scopes":["api"],"interceptors":[{"type":"oauth","grants":["password"]}]}' | member id)
    identity=$(manager POST api-identities '{"name":"store","version":"1","base_path":"/store","destination":"'"$identity_url"'","apis":["'"$api"'"]}' | member id)
    for id in "$api" "$identity"; do manager PUT "environments/prod/deployments/$id" '{}' >/dev/null; done
    app=$(manager POST apps '{"name":"shop","first_party":true,"grants":["password"],"apis":["'"$api"'"]}')
    basic=$(printf '%s:%s' "$(member client_id <<<"$app")" "$(member client_secret <<<"$app")" | base64 -w0)
}

# load CONNECTIONS SECONDS: password grants against the running service. Prints, separated by tabs:
# grants/s, p50 ms, p99 ms, CPU ms per grant, answers that were no 200, socket errors.
load() {
    local before result
    before=$(cpu_seconds "$service")
    result=$(BASIC=$basic wrk -t1 -c"$1" -d"${2}s" --timeout 10s -s "$root/Tools/benchmarks/password-grant.lua" \
        "$base/prod/oauth/access-token" | grep '^RESULT')
    awk -F'\t' -v cpu="$(awk -v a="$before" -v b="$(cpu_seconds "$service")" 'BEGIN { print b - a }')" '{
        good = $2 - $4
        printf "%.0f\t%.2f\t%.2f\t%.3f\t%d\t%d\n", good / ($3 / 1e6), $6 / 1000, $7 / 1000, cpu * 1000 / $2, $4, $5
    }' <<<"$result"
}

# large_ledger: makes, once, two ledgers with the same estate. Sets empty and large (their folders) and large_base (the
# base URL of both); large holds EVENTS token events and has been served and stopped, so that its snapshot is fresh.
large_ledger() {
    [ -z "${large:-}" ] || return 0
    local port
    [ -n "${identity_url:-}" ] || start_identity
    empty=$work/empty large=$work/large port=$(free_port)
    new_ledger "$empty" "$port"
    large_base=$base
    end "$service"
    cp -r "$empty" "$large"
    note "filling a ledger with $EVENTS token events"
    "$bin/LedgerBenchmark" fill "$large/ledger.db" "$EVENTS" 1 >/dev/null
    start_service "$large" "$port"
    end "$service"
}
