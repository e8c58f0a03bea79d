# On a terminal it asks, and takes nothing but yes for an answer.
git init -q && mlv init -q
for i in one two; do echo $i >data && mlv add -q data; done
mlv config gc.grace 0s
for answer in '' n No Y yes; do
	echo "$answer" | MLV_TEST_TTY=1 mlv gc -w --no-progress
	echo "status $?"
done
