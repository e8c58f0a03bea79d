# Slices by what is computed of a row: length of a text, seconds of a sound, where data came from, rules.
mlv init -q --no-scm
mkdir -p wav/a wav/b
wav() { # FILE SECONDS: 8000 bytes a second
	size=$((8000 * $2))
	{
		printf 'RIFF\0\0\0\0WAVEfmt \020\0\0\0\001\0\001\0\100\037\0\0\100\037\0\0\001\0\010\0'
		printf "data\\$(printf %o $((size & 255)))\\$(printf %o $((size >> 8 & 255)))\0\0"
		head -c "$size" /dev/zero
	} >"$1"
}
wav wav/a/1.wav 1 && wav wav/a/2.wav 3 && wav wav/b/3.wav 5
echo not a sound >wav/b/4.wav
cat >t.csv <<'END'
y,p,text,path,day,age
0,0,This is URGENT,wav/a/1.wav,2024-02-29T08:00,30
1,1,one two three four five six seven eight nine ten eleven urgent,wav/a/2.wav,2024-03-03,40
0,1,"urgent
please",wav/b/3.wav,2024-03-04 13:30,
1,1,,wav/b/4.wav,never,70
END
cat >mlv.yaml <<'END'
evals:
  e: {predictions: t.csv, task: multiclass, columns: {label: y, pred: p}, metrics: [accuracy]}
slices:
  - {name: length, expr: words(text), bins: [0, 5, 20]}
  - {name: seconds, expr: wav_seconds(path), bins: [0, 2, 10]}
  - {name: source, expr: 'prefix(path, "/", 2)'}
  - {name: weekday, expr: weekday(day)}
  - {name: old, expr: age >= 40}
  - name: urgent_short
    where: 'lower(text) ~ "urgent" and words(text)   < 10'
    critical: true
    owner: triage-team
  - {name: nobody, where: age > 100}
  - {expr: file_size(path) / 1000, quantiles: 2}
  - {cross: [source, old]}
END
mlv eval
sed -n '/"dims"/,/^}/p;/^.{.*"name"/p' evals/e.json | sed 's/,"m":.*"n":\([0-9]*\),"name"/ \1 "name"/; s/,"stats.*//'
cp evals/e.json before
mlv eval verify
# How an expression is spaced is not what it says; what it says is.
sed -i 's/words(text)   < 10/(words(text)<10)/' mlv.yaml
mlv eval -q && cmp before evals/e.json
sed -i 's/<10/<12/' mlv.yaml
mlv eval -q
cmp -s before evals/e.json || echo defined anew
rm wav/b/4.wav
mlv eval 2>&1
echo $?
ln -s /etc/hostname wav/b/4.wav
mlv eval 2>&1
echo $?
