# ${...}: ways through maps and lists, the exact type kept, texts as they stand, the escape, keys.
git init -q && mlv init -q
cat >params.yaml <<'END'
lr: 1e-3
tiny: 0.00001
whole: 10.0
big: 123456789012345678901234567890
n: 7
hex: 0x1f
on: true
none: null
text: two words
like: "7"
nested: {list: [a, {b: [x, y]}], "0": zero}
END
cat >mlv.yaml <<'END'
stages:
  texts:
    cmd:
    - echo ${lr} ${tiny} ${whole} ${big} ${n} ${hex} ${on} ${none} ${text} ${like}
    - echo ${nested.list[0]} ${nested.list.0} ${nested.list[1].b[1]} ${nested.list.1.b.0} ${nested[0]}
    - echo ${ n } \${n} $n ${n}${n} {n} $${n} ${n
    - |
      first ${n}
      second ${text}
  types:
    cmd: echo
    frozen: ${on}
    retry: ${n}
    meta: {int: "${n}", real: "${lr}", bool: "${on}", null: "${none}", text: "${like}", part: "v${n}"}
    desc: ${text}
    params: ["${text}", "${n}"]
    deps: ["in-${n}", "${n}"]
    outs:
    - out-${n}:
        cache: ${on}
        remote: r${n}
    wdir: dir-${n}
END
mkdir dir-7
mlv stage list --fail --json | /usr/bin/python3 -c '
import json, sys
for s in json.load(sys.stdin):
    print(s["name"], *("%s=%s" % (k, json.dumps(s[k])) for k in ("cmd frozen retry desc params deps outs options wdir").split()), sep="\n  ")'
