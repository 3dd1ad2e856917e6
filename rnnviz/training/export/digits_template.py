"""Templates of the exported script of a run on MNIST; `digits_script` selects and fills them.

What begins with a dollar is filled in. Each piece is told for one kind of model alone.
"""

from __future__ import annotations

HEADER = '''"""Train $network to read MNIST's digits, $unit by $unit.

It needs torch and torchvision, nothing else, and has $parameters numbers to learn.

    python $name                     train, then read $judges
    python $name --data FOLDER       where MNIST is, or is downloaded to
    python $name --weights net.pt    keep what was learnt
    python $name --help              everything else

$promise
"""
'''

PROMISE = {
    True: """On a CPU, with torch $torch and one thread, this repeats the run that it was
exported from: the same losses and the same predictions, to the last bit. Elsewhere sums are
rounded otherwise, small differences grow, and it becomes another network, about as good.""",
    False: """The run that it was exported from was trained on a GPU, which rounds sums otherwise:
small differences grow, and this becomes another network, about as good. On a CPU, with torch
$torch and one thread, it repeats what rnnviz trains there, to the last bit.""",
}

CONSTANTS = """
import argparse
import math
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.datasets import MNIST

DIGITS = $digits  # learnt, the first ones of $those
EPOCHS = $epochs
BATCH_SIZE = $batch_size
LEARNING_RATE = $lr
SEED = $seed  # of the weights and of everything else that chance decides
$fold"""

EXPECTED = """
EXPECTED = $expected  # share of $read $judges that the run in rnnviz read right
INTERVAL = ($low, $high)  # Wilson's 95 % interval around it
"""

ORDER = """
# Drawn once, by chance: step t reads row ORDER[t].
ORDER = [
    *($first),
    *($second),
]
"""

CLASSIFIER = '''

class Classifier(nn.Module):
    """Read a whole sequence, then answer once.

    $reads
    """

    def __init__(self) -> None:
        super().__init__()
$rnn
        self.head = nn.Linear($features, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Answer sequences: (time, batch, $chunk) -> one logit per digit, (batch, 10)."""
$pool
'''

# What the head reads: (in words, in code), by pooling and then by direction.
READS = {
    ("last", False): "The head reads the hidden state that is left after the last time step.",
    ("last", True): (
        "The head reads h_n: what each direction holds when it has seen everything. (In the last\n"
        "    output the top layer's backward cell has made its first step only.)"
    ),
    ("mean", False): "The head reads the mean of the hidden states over all time steps.",
    ("max", False): "The head reads the largest value of each unit over all time steps.",
}
POOL = {
    ("last", False): "$state = self.rnn(x)\nreturn self.head(h_n[-1])",
    ("last", True): (
        "$state = self.rnn(x)  # (layers * 2, batch, $output), the top layer's last\n"
        "return self.head(torch.cat((h_n[-2], h_n[-1]), dim=-1))"
    ),
    ("mean", False): "output, _ = self.rnn(x)\nreturn self.head(output.mean(0))",
    ("max", False): "output, _ = self.rnn(x)\nreturn self.head(output.max(0).values)",
}

SEQUENCES = '''

def sequences(images: Tensor) -> Tensor:
    """Turn pictures, bytes (batch, 28, 28), into $units, (time, batch, $chunk), from 0 to 1."""
$order    return steps.contiguous().float() / 255
'''
STEPS = {
    "rows": "    steps = images.transpose(0, 1)  # the rows from the top\n",
    "columns": "    steps = images.permute(2, 0, 1)  # the columns from the left\n",
    "permuted": "    steps = images[:, ORDER].transpose(0, 1)  # the rows in that order\n",
    "pixels": (
        "    # The pixels in reading order, $chunk at a time.\n"
        "    steps = images.reshape(-1, $length, $chunk).transpose(0, 1)\n"
    ),
}

SHIFT = '''

def shift(images: Tensor, chance: torch.Generator) -> Tensor:
    """Turn, slant and move each picture a little, anew in every epoch."""
    u = (2 * torch.rand((len(images), 4), generator=chance) - 1).to(images.device)
    angle, slant = u[:, 0] * math.radians($turn), u[:, 1] * $slant
    move = u[:, 2:, None] * ($move * 2 / 28)  # pixels; grid_sample has 2 for a picture's width
    # grid_sample asks where each new pixel comes from: the way back.
    zero, one, cos, sin = torch.zeros_like(angle), torch.ones_like(angle), angle.cos(), angle.sin()
    turn_back = torch.stack([cos, sin, -sin, cos], -1).view(-1, 2, 2)
    slant_back = torch.stack([one, slant, zero, one], -1).view(-1, 2, 2)
    back = slant_back @ turn_back
    theta = torch.cat([back, -back @ move], dim=-1)
    moved = torch.empty_like(images)
    for part in torch.arange(len(images), device=images.device).split($at_once):
        ink = images[part].unsqueeze(1).float()
        grid = F.affine_grid(theta[part], list(ink.shape), align_corners=False)
        moved[part] = F.grid_sample(ink, grid, align_corners=False)[:, 0].round().to(torch.uint8)
    return moved
'''

BUILD = '''

def build() -> Classifier:
    """Draw the first weights; the seed decides them."""
    torch.manual_seed(SEED)
$steps
'''
FORGET = """    model = Classifier()
    # An LSTM that starts with its forget gates open remembers from the first step on.
    with torch.no_grad():
        for name, value in model.rnn.named_parameters():
            if name.startswith("bias_"):
                forget = value[$hidden:$twice]  # of the gates i, f, g, o
                forget.fill_($forget_bias if name.startswith("bias_ih") else 0.0)
"""

RATE = {
    "constant": "",
    "cosine": '''

def learning_rate(step: int, steps: int) -> float:
    """Follow a cosine from the largest rate down to 0."""
    return LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * step / (steps + 1)))
''',
    "one_cycle": '''

def learning_rate(step: int, steps: int) -> float:
    """Rise in a line to the largest rate, then follow a cosine down to 0."""
    top = $warmup * steps
    if step <= top:
        return LEARNING_RATE * step / top
    return LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * (step - top) / (steps - top + 1)))
''',
}

TRAIN = '''

def train(model: Classifier, images: Tensor, labels: Tensor, epochs: int) -> list[float]:
    """Train in place; return the loss of every step."""
    torch.set_flush_denormal(True)  # numbers below 1.2e-38 count as 0: they slow a CPU down
    optimizer = torch.optim.$optimizer
    order = torch.Generator().manual_seed(SEED + 1)
$chance$steps    losses: list[float] = []
    model.train()
    for epoch in range(epochs):
        shuffled = torch.randperm(len(labels), generator=order).to(labels.device)
$renew        for batch in shuffled.split(BATCH_SIZE):
$rate$read            loss = F.cross_entropy(logits, labels[batch]$smoothing)
            optimizer.zero_grad()
            loss.backward()
$clip            optimizer.step()
            losses.append(loss.item())
        recent = losses[-math.ceil(len(labels) / BATCH_SIZE) :]
        print(f"epoch {epoch + 1}/{epochs}: mean loss {sum(recent) / len(recent):.4f}")
    return losses
'''
READ = {
    "float32": "            logits = model(sequences($pictures[batch]))\n",
    "bfloat16": """            kind = labels.device.type
            onednn = kind == "cpu" and torch.backends.mkldnn.is_available()
            runs = not onednn or torch.ops.mkldnn._is_mkldnn_bf16_supported()
            with torch.autocast(kind, torch.bfloat16, enabled=runs, cache_enabled=False):
                logits = model(sequences($pictures[batch]))
            logits = logits.float()
""",
}
STEPS_OF_ALL = "    steps = math.ceil(len(labels) / BATCH_SIZE) * epochs\n"
CHANCE = "    chance = torch.Generator().manual_seed(SEED + 2)\n"
RENEW = "        moved = shift(images, chance)\n"
SET_RATE = """            for group in optimizer.param_groups:
                group["lr"] = learning_rate(len(losses) + 1, steps)
"""
CLIP = "            nn.utils.clip_grad_norm_(model.parameters(), $clip_norm)\n"

# What judges the run, by whether that is a fold of the training digits.
JUDGES = {False: "test digits", True: "digits held out"}
THOSE = {False: "MNIST's 60,000", True: "the 55,000 that no fold holds back"}
FOLD = "FOLD = $fold  # which twelfth of the training digits is held out, from 0\n"
SPLIT = '''

def split(labels: Tensor) -> tuple[Tensor, Tensor]:
    """Return which digits are learnt and which are held out: each class is dealt to 12 folds."""
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed($seed))
    dealt = order[labels[order].argsort(stable=True)]
    held_out = dealt[FOLD::$folds].sort().values
    learnt = torch.ones(len(labels), dtype=torch.bool)
    learnt[held_out] = False
    return learnt.nonzero()[:DIGITS, 0], held_out
'''
LOAD = {
    False: """    learnt = MNIST(args.data, train=True, download=True)
    test = MNIST(args.data, train=False, download=True)
""",
    True: """    every = MNIST(args.data, train=True, download=True)
    learnt, held_out = split(every.targets)
""",
}
TAKE = {
    False: (
        "    images, labels = learnt.data[:DIGITS].to(args.device), "
        "learnt.targets[:DIGITS].to(args.device)\n"
    ),
    True: (
        "    images, labels = every.data[learnt].to(args.device), "
        "every.targets[learnt].to(args.device)\n"
    ),
}
PICTURES = {False: "test.data", True: "every.data[held_out]"}
ANSWERS = {False: "test.targets", True: "every.targets[held_out]"}

MAIN = '''

@torch.no_grad()
def predict(model: Classifier, images: Tensor) -> Tensor:
    """Return the most probable digit of each picture."""
    model.eval()
    return torch.cat([model(sequences(part)).argmax(1) for part in images.split(500)])


def main() -> None:
    """Train, read the test digits, say how many were read right."""
    parser = argparse.ArgumentParser(description="Train this network on MNIST.")
    parser.add_argument("--data", default="data", help="where MNIST is, or is downloaded to")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="times that each digit is seen")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or mps")
    parser.add_argument("--losses", type=Path, help="file for the loss of each step")
    parser.add_argument("--predictions", type=Path, help="file for what each digit is taken for")
    parser.add_argument("--weights", type=Path, help="file for the weights, ending in .pt")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)

$load    model = build().to(args.device)
$take    losses = train(model, images, labels, args.epochs)
    guesses = predict(model, $pictures.to(args.device)).cpu()
    right = int((guesses == $answers).sum())
    print(f"{right:,} of {len(guesses):,} $judges read right: {right / len(guesses):.4f}")
$told    if args.losses:
        args.losses.write_text("".join(f"{loss!r}\\n" for loss in losses))
    if args.predictions:
        args.predictions.write_text("".join(f"{guess}\\n" for guess in guesses.tolist()))
    if args.weights:
        torch.save(model.state_dict(), args.weights)


if __name__ == "__main__":
    main()
'''
SAME = """    here = (torch.__version__, args.threads, args.device)
    if args.epochs == EPOCHS and here == ("$torch", 1, "cpu"):
        print(f"The run in rnnviz: {EXPECTED:.4f}, and on the same kind of CPU exactly that.")
    elif args.epochs == EPOCHS:
"""
OTHER = "    if args.epochs == EPOCHS:\n"
ELSEWHERE = """        low, high = INTERVAL
        print(f"The run in rnnviz: {EXPECTED:.4f}. Expect {low:.4f} to {high:.4f} here (95 %).")
"""
