#!/bin/sh
# Attacks a running server for some minutes with what Debian has for it, and looks whether others
# are served meanwhile: perf/attack.sh [http://host:port] [seconds an attack]
# Needs curl, slowhttptest and h2load (apt-get install slowhttptest nghttp2-client).
set -eu
server=${1:-http://127.0.0.1:8080}
seconds=${2:-60}
connections=1000
query='{"query":"{__typename}"}'

# Others come from elsewhere: one address has so many connections at most, and the attackers have them.
case $server in
  *127.0.0.1*) elsewhere='--interface 127.0.0.2' ;;
  *) elsewhere='' ;;
esac

for tool in curl slowhttptest h2load; do
  command -v "$tool" > /dev/null || { echo "$tool is missing: apt-get install slowhttptest nghttp2-client curl"; exit 2; }
done

# How long the health check takes, in seconds, once a second: the worst counts.
watch() {
  worst=0
  for _ in $(seq "$1"); do
    took=$(curl $elsewhere -s -o /dev/null -m 10 -w '%{http_code} %{time_total}' "$server/live" || echo "000 10")
    case $took in
      200*) ;;
      *) echo "    not answered: $took"; failed=1 ;;
    esac
    worst=$(printf '%s\n%s\n' "$worst" "${took#* }" | sort -g | tail -1)
    sleep 1
  done
  echo "    worst answer to others: $worst s"
}

failed=0
attack() {
  name=$1
  shift
  echo "$name"
  "$@" > "/tmp/attack.$$" 2>&1 &
  attacker=$!
  watch "$seconds"
  kill "$attacker" 2> /dev/null || true
  wait "$attacker" 2> /dev/null || true
  tail -40 "/tmp/attack.$$" | sed 's/\x1b\[[0-9;]*[a-zA-Z]//g' | grep -E 'closed|connected|pending|error|finished|requests:|status codes' | tail -8 || true
  rm -f "/tmp/attack.$$"
}

attack "headers that never end (slowloris)" \
  slowhttptest -H -c $connections -r 200 -i 10 -l "$seconds" -u "$server/graphql" -p 5
attack "bodies that never end (R.U.D.Y.)" \
  slowhttptest -B -c $connections -r 200 -i 10 -l "$seconds" -u "$server/graphql" -s 8192 -t POST -f application/json -p 5
attack "ranges of ranges" \
  slowhttptest -R -c $connections -r 200 -l "$seconds" -u "$server/graphiql/graphiql.js" -a 10 -b 3000 -p 5
attack "answers that nobody reads" \
  slowhttptest -X -c $connections -r 200 -w 1 -y 1 -n 5 -z 1 -k 3 -l "$seconds" -u "$server/graphiql/graphiql.js" -p 5
body=/tmp/attack.body.$$
printf '%s' "$query" > "$body"
attack "requests as fast as they go" \
  h2load --h1 -c 200 -t 2 -D "$seconds" -d "$body" -H 'content-type: application/json' "$server/graphql"
rm -f "$body"
curl $elsewhere -s -m 10 "$server/live" > /dev/null || failed=1
[ $failed = 0 ] && echo "it lived, and others were served" || { echo "others were not served"; exit 1; }
