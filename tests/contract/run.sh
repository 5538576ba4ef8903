#!/bin/sh
# The contract by foreign tools: spectral over api/dispatch.yaml, ajv over its schemas and examples, the
# numbers of docs/protocol.md, and the C tables that repeat words of the contract. Then the checks
# themselves: broken copies of the contract must be noticed. Last line: N passed, N failed.
set -u
cd "$(dirname "$0")/../.." || exit 2
npm=tools/npm
passed=0 failed=0
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

command -v node >/dev/null && command -v npm >/dev/null || {
    echo "node and npm are not here, so the contract cannot be checked: apt-get install nodejs npm"
    echo "0 passed, 1 failed"
    exit 1
}
if [ ! -e $npm/node_modules/.package-lock.json ] ||
    [ $npm/package-lock.json -nt $npm/node_modules/.package-lock.json ]; then
    (cd $npm && npm ci --no-progress) >"$scratch/npm" 2>&1 || {
        cat "$scratch/npm"
        echo "npm could not install what tools/npm/package-lock.json names"
        echo "0 passed, 1 failed"
        exit 1
    }
fi

verdict() { # name status
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok $1"
    fi
}

# Runs a tool that ends with `N passed, M failed` and adds its counts.
counted() { # name command...
    name=$1
    shift
    "$@" >"$scratch/out" 2>&1
    status=$?
    last=$(tail -n 1 "$scratch/out")
    sed '$d' "$scratch/out"
    case $last in
    *" passed, "*" failed")
        passed=$((passed + ${last%% passed*}))
        n=${last#* passed, }
        failed=$((failed + ${n% failed}))
        ;;
    *)
        echo "$last"
        verdict "$name" 1
        return
        ;;
    esac
    echo "# $name: $last"
    [ $status -eq 0 ] || [ "${n% failed}" -gt 0 ] || verdict "$name: exit status $status" 1
}

spectral() { # file
    $npm/node_modules/.bin/spectral lint --quiet --ruleset $npm/.spectral.yaml --fail-severity=hint "$1"
}

spectral api/dispatch.yaml >"$scratch/spectral" 2>&1
status=$?
[ $status -eq 0 ] || cat "$scratch/spectral"
verdict "spectral: api/dispatch.yaml" $status

counted schemas node $npm/check-contract.js schemas
counted examples node $npm/check-contract.js examples
counted "worked examples" node $npm/worked-examples.js check
counted entities node $npm/check-contract.js entities model/entity.c
counted words node $npm/check-contract.js words model

! grep -q '"resolved"' $npm/package-lock.json
verdict "package-lock.json names no registry" $?

# ---- the checks are checked
mutant() { # name sed-script
    sed "$2" api/dispatch.yaml >"$scratch/mutant.yaml"
    if cmp -s api/dispatch.yaml "$scratch/mutant.yaml"; then
        verdict "mutant '$1' changes nothing" 1
        return
    fi
    ! { spectral "$scratch/mutant.yaml" &&
        GRIDWARD_CONTRACT="$scratch/mutant.yaml" node $npm/check-contract.js examples &&
        GRIDWARD_CONTRACT="$scratch/mutant.yaml" node $npm/check-contract.js entities model/entity.c; } \
        >/dev/null 2>&1
    verdict "a contract with '$1' is noticed" $?
}
mutant "a duplicate operationId" 's/operationId: alive$/operationId: hello/'
mutant "an answer without Gridward-Time" '0,/Gridward-Time: /s//Other-Time: /'
mutant "a path outside /v1" 's,^  /v1/alive:,  /alive:,'
mutant "a word without description" 's/const: unack, description: .*}/const: unack}/'
mutant "a dead reference" 's,schemas/Hello.},schemas/Hallo'"'"'},'
mutant "a state less" '/const: rtn_unack/d;/const: acked, description: .Somebody/d'
mutant "open data" '0,/additionalProperties: false/s//additionalProperties: true/'
mutant "a row without a field" '/^        battery: /d'
mutant "a longer code" 's/{4}-\[0-9A-HJKMNP-TV-Z\]{8}/{4}-[0-9A-HJKMNP-TV-Z]{80}/'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
