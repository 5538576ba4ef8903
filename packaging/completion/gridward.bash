# bash completion of gridward: verbs and options from `gridward --help`, ids from the mirror.
_gridward()
{
    local cur prev word verb='' words=() usage i
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}
    local run=("${COMP_WORDS[0]}")
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
        --home | --lang) [[ $word == --home ]] && run+=(--home "${COMP_WORDS[i + 1]}"); ((i++)) ;;
        -*) ;;
        *) words+=("$word") ;;
        esac
    done
    case $prev in
    --home) mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    --lang) mapfile -t COMPREPLY < <(compgen -W 'zh_CN en' -- "$cur"); return ;;
    --ca) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    --result) mapfile -t COMPREPLY < <(compgen -W 'answered no_answer busy refused' -- "$cur"); return ;;
    --state) mapfile -t COMPREPLY < <(compgen -W 'unack acked rtn_unack closed pending sent applied late
        review quarantined rejected reissued' -- "$cur"); return ;;
    --outcome) mapfile -t COMPREPLY < <(compgen -W 'real_medical real_fire real_gas fall help_nonurgent
        false_cooking false_touch false_device test low_battery offline no_answer_found_safe away hospitalised
        deceased refused_entry duplicate' -- "$cur"); return ;;
    --to) mapfile -t COMPREPLY < <(compgen -W 'elder contact:1 contact:2 neighbour worker leader duty 119 120
        110 other 4 5' -- "$cur"); return ;;
    esac
    usage=$("${run[0]}" --help 2>/dev/null | sed -n 's/^  \([a-z]\)/\1/p')
    if ((${#words[@]} == 0)); then
        [[ $cur == -* ]] && words=(--home --lang --plain --help --version) ||
            mapfile -t words < <(cut -d' ' -f1 <<<"$usage" | sort -u)
        mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$cur")
        return
    fi
    verb=${words[0]}
    if grep -q "^$verb [a-z][a-z|]*\( \|$\)" <<<"$usage" && ! grep -q "^$verb [A-Z\[]" <<<"$usage"; then
        if ((${#words[@]} == 1)) && [[ $cur != -* ]]; then
            mapfile -t words < <(sed -n "s/^$verb \([a-z|]*\).*/\1/p" <<<"$usage" | tr '|' '\n')
            mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$cur")
            return
        fi
        verb="$verb ${words[1]}"
    fi
    if [[ $cur == -* ]]; then
        mapfile -t words < <(grep "^$verb\( \|$\)" <<<"$usage" | grep -o -- '--[a-z-]*'; printf '%s\n' --json --help)
        mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$cur")
    elif [[ $verb == "alarm "* ]]; then
        mapfile -t words < <("${run[@]}" alarm list 2>/dev/null | awk 'NF > 3 { print $NF }')
        mapfile -t COMPREPLY < <(compgen -W "${words[*]}" -- "$cur")
    fi
}
complete -F _gridward gridward
