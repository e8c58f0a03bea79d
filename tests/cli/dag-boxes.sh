# mlv dag draws boxes with arrows down: a chain, a diamond, a wire past a stage, graphs that nothing
# connects, long names, wires that cross; what does not fit into the terminal is a tree.
git init -q && mlv init -q
stages() {
	printf 'stages:\n' >mlv.yaml
	for stage; do printf '  %s: {cmd: c, deps: [%s], outs: [%s]}\n' "${stage%%:*}" "${stage#*:}" "o-${stage%%:*}" >>mlv.yaml; done
}
echo '# nothing'
mlv dag
echo '# a chain'
stages a: b2:o-a c-long-name:o-b2 d:o-c-long-name
mlv dag
echo '# a diamond'
stages top: left:o-top right:o-top end:o-left,o-right
mlv dag
echo '# a wire past two'
stages a: b:o-a c:o-b d:o-a,o-c
mlv dag
echo '# two graphs and a stage alone'
stages a: b:o-a x: y:o-x z:o-x alone:
mlv dag
echo '# wires that cross'
stages a: b: c: d:o-a,o-b,o-c e:o-a,o-b,o-c f:o-c,o-a
mlv dag
echo '# what nothing leads to stands where it is needed first'
stages a: b:o-a c:o-b late: d:o-c,o-late
mlv dag
echo '# names as they are typed'
cat >mlv.yaml <<'END'
stages:
  a: {cmd: c, outs: ["tab\tin", größe, "a \"quoted\""]}
  b: {cmd: c, deps: [größe], outs: [ö]}
END
mlv dag -o
echo '# as wide as it is, and one less'
long=$(printf 'n%.0s' $(seq 30))
stages "a$long:" "b$long:" "c:o-a$long,o-b$long"
COLUMNS=72 mlv dag
COLUMNS=71 mlv dag
echo '# one node that stands above and below another'
cat >mlv.yaml <<'END'
stages:
  it:
    foreach: {a: {in: x, out: y}, b: {in: z, out: w}}
    do: {cmd: c, deps: ["${item.in}"], outs: ["${item.out}"]}
  mid: {cmd: c, deps: [y], outs: [z]}
END
mlv dag --collapse-foreach-matrix
mlv dag -q
