# What mlv dag draws says what its other forms say: the wires of random graphs, followed from box to box.
git init -q && mlv init -q
cat >follow.py <<'EOF'
import json, os, random, re, subprocess

def follow(lines):
    grid = {(r, c): ch for r, line in enumerate(lines) for c, ch in enumerate(line)}
    at = lambda r, c: grid.get((r, c), " ")
    boxes, inside = {}, {}
    for r, line in enumerate(lines):
        for m in re.finditer(r"\| *([a-z]\w*) *\|", line):
            for rr in (r - 1, r, r + 1):
                for c in range(m.start(), m.end()):
                    inside[rr, c] = m.group(1)
            boxes[m.group(1)] = (r, m.start(), m.end())
    edges = set()
    for name, (r, left, right) in boxes.items():
        todo = [(r + 2, c, "d") for c in range(left, right) if at(r + 2, c) == "|" and (r + 2, c) not in inside]
        seen = set()
        while todo:
            r1, c1, way = todo.pop()
            if (r1, c1, way) in seen:
                continue
            seen.add((r1, c1, way))
            ch = at(r1, c1)
            if way == "d" and (r1, c1) in inside:
                edges.add((name, inside[r1, c1]))
            elif way == "d" and ch in "|v":
                todo.append((r1 + 1, c1, "d"))
            elif way in "lr" and ch in "-|":
                todo.append((r1, c1 + (1 if way == "r" else -1), way))
            elif ch == "+":
                if at(r1 + 1, c1) in "|v":
                    todo.append((r1 + 1, c1, "d"))
                todo += [(r1, c1 + d, w) for d, w in ((1, "r"), (-1, "l")) if at(r1, c1 + d) in "-+|" and
                         (w == way or way == "d")]
    return set(boxes), edges

drawn = 0
for seed in range(24):
    rng = random.Random(seed)
    count = rng.randrange(2, 14)
    names = ["s%d%s" % (i, "x" * rng.randrange(0, 9)) for i in range(count)]
    deps = {i: sorted(set(rng.randrange(i) for _ in range(rng.randrange(0, 4)))) if i else [] for i in range(count)}
    with open("mlv.yaml", "w") as f:
        f.write("stages:\n" + "".join("  %s: {cmd: c, deps: [%s], outs: [o%d]}\n" % (
            n, ", ".join("o%d" % d for d in deps[i]), i) for i, n in enumerate(names)))
    drawing = subprocess.run(["mlv", "dag"], stdout=subprocess.PIPE, check=True, text=True,
                             env={**os.environ, "COLUMNS": "250"}).stdout.splitlines()
    assert max(map(len, drawing)) <= 250
    boxes, edges = follow(drawing)
    if boxes != set(names) or edges != {(names[d], names[i]) for i in deps for d in deps[i]}:
        print(seed, sorted(set(edges) ^ {(names[d], names[i]) for i in deps for d in deps[i]}), *drawing, sep="\n")
    drawn += len(boxes) == count
print(drawn, "graphs")
EOF
/usr/bin/python3 follow.py
