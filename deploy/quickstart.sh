#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds Quality Chain, runs a network of five parties on this machine, joins a laboratory and two
# enterprises, puts certificates on the chain, and proves one product's history.
#
#   ./deploy/quickstart.sh          the network stays up
#   ./deploy/quickstart.sh --once   the network is stopped at the end
#   ./deploy/quickstart.sh down     stops the network
set -euo pipefail
cd "$(dirname "$0")/.."

run=deploy/.run
net=$run/net
demo=deploy/demo
bin=build/release/bin
qc=$bin/qc

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

case "${1:-}" in
  "" | --once) ;;
  down)
    [[ -d $net ]] && $qc network stop "$net"
    echo "The network is down; its data stays in $net"
    exit 0
    ;;
  *) echo "usage: $0 [--once | down]" >&2; exit 2 ;;
esac

./deploy/install-packages.sh
if [[ ! -f build/release/build.ninja ]]; then
  cmake --preset release >/dev/null
fi
cmake --build --preset release --target qc qcnode qc-verify -- --quiet

[[ -d $net ]] && $qc network stop "$net"
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
say "Try next"
cat <<TXT
  export QC_PROFILE=$(member regulator)
  $qc org list
  $qc history $(cat $demo/class.txt)
  $qc receipt verify $receipt --record ${receipt%.tlog-proof}.record --policy $net/network.policy
  $qc network status $net
  $qc bench $net --seconds 10
  ./deploy/quickstart.sh down
TXT
