#!/usr/bin/env bash
# Prints the digests that the cases expect: CASE KEY sha256:... a line. The canonical JSON of each is written out by hand
# here; sha256sum does the rest. No case is read by a program of ldp to make it. A copy of the lines is in no file: compare
# them with the case.json of the case.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "$0")"
name=""

# The hash of the bytes of stdin, of a file of the case (CRLF read as LF), and of a text (printf's escapes count).
bytes() { printf 'sha256:%s' "$(sha256sum | cut -d' ' -f1)"; }
file() { sed 's/\r$//' "$name/project/$1" | bytes; }
text() { printf "$1" | bytes; }

# say KEY HASH
say() { printf '%s %s %s\n' "$name" "$1" "$2"; }
# project '["PATH","HASH"],...' prints the project's digest and remembers it.
project() {
  project=$(printf '%s' "[$1]" | bytes)
  say "${2:-project}" "$project"
}
# run KEY MODE STAGES
run() { say "$1" "$(printf '{"mode":"%s","project":"%s","schema":"ldp.plan/1","stages":%s}' "$2" "$project" "$3" | bytes)"; }

name=digest-modes
project '["config.yml","'"$(file config.yml)"'"]'
run batch batch '[["a"],["b"],["c"]]'
run full-refresh full-refresh '[["a"],["b"],["c"]]'
run validate validate '[["a"],["b"],["c"]]'
run x batch '[["a"],["b"]]'
run y batch '[["b"]]'
run y-full full-refresh '[["b"]]'

name=digest-project
a=$(file transformations/bronze/a.py) b=$(file transformations/silver/b.sql) c=$(file lib/deep/c.py) d=$(file lib/d.sql)
say a "$a"
say b "$b"
say c "$c"
say d "$d"
project '["config.yml","'"$(file config.yml)"'"],["lib/d.sql","'"$d"'"],["lib/deep/c.py","'"$c"'"],["pipelines/engine.py","'"$(file pipelines/engine.py)"'"],["pipelines/setup/init.sql","'"$(file pipelines/setup/init.sql)"'"],["transformations/_private/y.py","'"$(file transformations/_private/y.py)"'"],["transformations/bronze/a.py","'"$a"'"],["transformations/helper.py","'"$(file transformations/helper.py)"'"],["transformations/silver/b.sql","'"$b"'"]'
run batch batch '[["a","c","d","e","f"],["b"]]'

name=digest-crlf
a=$(text 'x = 1\ny = 2\n') b=$(text 'x = 1\ry = 2\n\nz = 3\r\n')
say a "$a"
say b "$b"
config=$(text 'version: 1\ntables:\n  - {name: a, layer: bronze}\n  - {name: b, layer: bronze}\n')
project '["config.yml","'"$config"'"],["transformations/bronze/a.py","'"$a"'"],["transformations/bronze/b.py","'"$b"'"]'
run batch batch '[["a","b"]]'

name=digest-order
project '["config.yml","'"$(file config.yml)"'"],["pipelines/z.py","'"$(text 10)"'"],["transformations/B.py","'"$(text 5)"'"],["transformations/a-b.py","'"$(text 2)"'"],["transformations/a.py","'"$(text 3)"'"],["transformations/a/b/c/d.py","'"$(text 9)"'"],["transformations/a/z.py","'"$(text 1)"'"],["transformations/a_b/x.sql","'"$(text 4)"'"],["transformations/z.py","'"$(text 11)"'"],["transformations/ä/ö.py","'"$(text 6)"'"],["transformations/Ａ.py","'"$(text 8)"'"],["transformations/😀.py","'"$(text 7)"'"]'
run batch batch '[["a"]]'

name=digest-escapes
project '["config.yml","'"$(file config.yml)"'"],["transformations/del'$'\x7f''.py","'"$(text 3)"'"],["transformations/say \"hi\".py","'"$(text 1)"'"],["transformations/sep'$'\xe2\x80\xa8''arator & <b>.py","'"$(text 2)"'"]'
run batch batch '[["a"]]'

name=digest-bytes
a=$(text '') b=$(text '\xff\xfe\x00\n\x80') c=$(text '\xef\xbb\xbfx = 1\n')
say a "$a"
say b "$b"
say c "$c"
project '["config.yml","'"$(file config.yml)"'"],["transformations/bronze/a.py","'"$a"'"],["transformations/bronze/b.py","'"$b"'"],["transformations/bronze/c.py","'"$c"'"]'
run batch batch '[["a","b","c"]]'

name=digest-config-elsewhere
a=$(file lib/a.py)
say a "$a"
project '["conf/dev.yml","'"$(file conf/dev.yml)"'"],["lib/a.py","'"$a"'"]'
run batch batch '[["a"]]'
project '["config.yml","'"$(file config.yml)"'"]' plain
run plain-batch batch '[["z"]]'

name=digest-notebook
a=$(text '{}\n')
say a "$a"
project '["config.yml","'"$(file config.yml)"'"],["notebooks/b.ipynb","'"$a"'"],["transformations/bronze/a.ipynb","'"$a"'"]'
run batch batch '[["a","b"]]'

name=digest-sql-default
a=$(file transformations/bronze/a.sql) b=$(file transformations/silver/b.py) c=$(file transformations/gold/c.py)
say a "$a"
say b "$b"
say c "$c"
project '["config.yml","'"$(file config.yml)"'"],["transformations/bronze/a.sql","'"$a"'"],["transformations/gold/c.py","'"$c"'"],["transformations/silver/b.py","'"$b"'"],["transformations/silver/b.sql","'"$(file transformations/silver/b.sql)"'"]'
run batch batch '[["a","b","main.gold.c"]]'

name=digest-invalid
project '["config.yml","'"$(file config.yml)"'"]'
run batch batch '[["b"],["a"]]'

name=chain-20000
config=$({
  printf 'version: 1\ntables:\n'
  for ((i = 0; i < 19999; i++)); do printf '  - {name: t%05d, layer: silver, depends_on: [t%05d]}\n' "$i" "$((i + 1))"; done
  printf '  - {name: t19999, layer: silver}\n'
} | bytes)
project '["config.yml","'"$config"'"]'
run batch batch "[$(for ((i = 19999; i > 0; i--)); do printf '["t%05d"],' "$i"; done)[\"t00000\"]]"
