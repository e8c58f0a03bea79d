# A parameter that a stage depends on and that has no value: the hint says where it is missing.
mlv init -q --no-scm
cat >mlv.yaml <<'END'
stages:
  train: {cmd: "true", params: [train.lr]}
END
mlv repro 2>&1
echo 'train: {lr: 0.1}' >params.yaml
mlv repro
