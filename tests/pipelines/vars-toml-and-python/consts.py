SEED = 7
class Train:
    lr = 1e-3
    def __init__(self):
        self.batch = 16
