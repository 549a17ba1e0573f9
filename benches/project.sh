# Sourced by the benches: builds the program, and makes the project folders they measure in.
#
# They lie in $BENCH_DIR (target/bench), made once for each size and kept. The bench has a sealing key of its own; the one of
# whoever runs it stays untouched.
cargo build --release --quiet
folder=${BENCH_DIR:-target/bench}
mkdir -p "$folder/home"
folder=$(cd "$folder" && pwd)
binary=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/release/firstbell
firstbell=(env -u FIRSTBELL_KEY "HOME=$folder/home" "XDG_CONFIG_HOME=$folder/home/.config" "$binary")

# make_project SIZE RECORDED ACCOUNTS: sets $project. What is recorded was adopted from a list; then the roster was accepted
# by an apply that had nothing else to do, because no cohort was open yet: an everyday state.
make_project() {
  local size=$1 recorded=$2 accounts=$3
  project=$folder/$size-$recorded-$accounts
  [ ! -e "$project/made" ] || return 0
  rm -rf "$project"
  python3 benches/make_roster.py --caregivers "$size" --out "$project" --recorded "$recorded" --accounts "$accounts"
  if [ "$recorded" != 0 ]; then
    mv "$project/rollout.yaml" "$project/open.yaml"
    sed 's/, select/, opens: 2999-01-01, select/' "$project/open.yaml" > "$project/rollout.yaml"
    "${firstbell[@]}" -C "$project" adopt --file "$project/adopt.csv" --because bench > /dev/null
    "${firstbell[@]}" -C "$project" apply --auto-approve --summary > /dev/null 2>&1
    mv "$project/open.yaml" "$project/rollout.yaml"
  fi
  touch "$project/made"
}
