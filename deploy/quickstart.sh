#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds Quality Chain, runs a network of five parties on this machine, joins a laboratory and two
# enterprises, puts certificates on the chain, and proves one product's history. The first time it
# takes about six minutes on two cores, nearly all of it the build; later some seconds.
#
#   ./deploy/quickstart.sh          a new network, which stays up; one of an earlier run is deleted
#   ./deploy/quickstart.sh --keep   starts the network of the earlier run again, with all its data
#   ./deploy/quickstart.sh --once   a new network, stopped at the end
#   ./deploy/quickstart.sh down     stops the network
set -euo pipefail
cd "$(dirname "$0")/.."
SECONDS=0

run=deploy/.run
net=$run/net
demo=deploy/demo
bin=build/unity/bin
qc=$bin/qc

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

case "${1:-}" in
  "" | --once | --keep) ;;
  down)
    [[ -d $net ]] && $qc network stop "$net"
    echo "The network is down; its data stays in $net"
    exit 0
    ;;
  *) echo "usage: $0 [--keep | --once | down]" >&2; exit 2 ;;
esac

# The build's progress: as ninja shows it on a terminal, else a line for each tenth.
build() {
  export NINJA_STATUS='%p of the build after %es  '
  if [[ -t 1 ]]; then
    cmake --build --preset unity --target qc qcnode qc-verify
  else
    cmake --build --preset unity --target qc qcnode qc-verify |
      awk '!/ of the build / { print; next } { tenth = int($1 / 10) } tenth > shown { shown = tenth; print $1, $2, $3, $4, $5, $6; fflush() }'
  fi
}

if [[ ! -x $bin/qcnode ]]; then
  say "Packages and build first: about six minutes on two cores, some seconds from the second time on"
fi
./deploy/install-packages.sh
[[ -f build/unity/build.ninja ]] || cmake --preset unity >/dev/null
build

if [[ "${1:-}" == --keep ]]; then
  [[ -d $net ]] || { echo "there is no network of an earlier run in $net: run $0 without --keep" >&2; exit 1; }
  $qc network start "$net"
  $qc network status "$net"
  exit 0
fi
if [[ -d $net ]]; then
  say "The network of the earlier run in $net is stopped and deleted, keys and records too"
  echo "($0 --keep goes on with it instead; Ctrl-C within five seconds leaves it as it is)"
  [[ ! -t 0 ]] || sleep 5
  $qc network stop "$net"
fi
rm -rf "$run"
mkdir -p "$run"
if [[ "${1:-}" == --once ]]; then
  trap '$qc network stop "$net"' EXIT
fi

say "1. Five parties found a network: each has its own keys and its own node"
$qc network init "$net" --parties $demo/parties.json
$qc network start "$net"
$qc network status "$net"

member() { echo "$net/organisations/$1"; }
echo "Participation contract of the demonstration network, version 1." >"$run/contract.txt"
enrol() { # short name, code, kind, name_zh, name_en
  $qc org enrol "$(member "$1")" --code "$2" --kind "$3" --name-zh "$4" --name-en "$5" \
    --contract "$run/contract.txt" --contract-version 1 --network "$net/invitation" \
    --sponsor "$(member platform)" --approver "$(member association)" \
    --approver "$(member university)" --approver "$(member regulator)"
}

say "2. A laboratory and two enterprises join: the regulator and two of the other four approve"
python3 - $demo/parties.json <<'PY' >"$run/members"
import json, sys
for party in json.load(open(sys.argv[1], encoding="utf-8"))["members"]:
    print("\t".join(party[k] for k in ("short_name", "code", "kind", "name_zh", "name_en")))
PY
while IFS=$'\t' read -r short code kind zh en; do
  enrol "$short" "$code" "$kind" "$zh" "$en"
done <"$run/members"

say "3. The regulator accredits the laboratory; the enterprises register products and lots"
$qc --profile "$(member regulator)" record submit $demo/accreditation.json
$qc --profile "$(member association)" record submit $demo/prefix-grants.json
for enterprise in $demo/enterprise-*; do
  $qc --profile "$(member "$(basename "$enterprise")")" product register "$enterprise/products.json"
  $qc --profile "$(member "$(basename "$enterprise")")" lot register "$enterprise/lots.json"
done

say "4. The laboratory signs and submits its certificates, many under one signature"
$qc --profile "$(member laboratory)" certificate submit $demo/laboratory/certificates.json \
  $demo/laboratory/certificates.csv --receipts "$run/receipts"

$qc --profile "$(member enterprise-food)" epcis submit $demo/enterprise-food/packing.epcis.json
$qc --profile "$(member regulator)" certificate submit $demo/regulator/sampling-table.csv

say "5. One lot's history, verified against the signatures of the validators"
subject=$(cat $demo/subject.txt)
$qc --profile "$(member regulator)" history "$subject" --verify --export "$run/history.qcaudit"

say "6. The same proof offline, with nothing but the file and the trust anchor"
$bin/qc-verify "$run/history.qcaudit" --policy "$net/network.policy"

say "7. A forged file is refused: somebody turned one record's bytes"
python3 - "$run/history.qcaudit" "$run/forged.qcaudit" <<'PY'
import base64, json, sys
bundle = json.load(open(sys.argv[1], encoding="utf-8"))
entry = bundle["subjects"][0]["entries"][-1]
record = bytearray(base64.b64decode(entry["record"]))
record[-1] ^= 1
entry["record"] = base64.b64encode(record).decode()
json.dump(bundle, open(sys.argv[2], "w", encoding="utf-8"))
PY
if $bin/qc-verify "$run/forged.qcaudit" --policy "$net/network.policy"; then
  echo "the forged file was believed: this must not happen" >&2
  exit 1
fi

receipts=("$run"/receipts/*.tlog-proof)
receipt=${receipts[0]}
say "Done in $SECONDS s. Try next"
cat <<TXT
  export QC_PROFILE=$(member regulator)
  $qc org list
  $qc history $(cat $demo/class.txt)
  $qc receipt verify $receipt --record ${receipt%.tlog-proof}.record --policy $net/network.policy
  $qc network status $net
  $qc bench $net --seconds 10
  ./deploy/quickstart.sh down      and later: ./deploy/quickstart.sh --keep
TXT
