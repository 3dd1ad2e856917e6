// The words of the views: each function says the numbers that it is given. A chapter that is deleted is not missed.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

const PACKAGE = new URL("../../rnnviz/", import.meta.url);
const FILES = readdirSync(PACKAGE, { recursive: true })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith("/text.js") && path !== "ui/components/text.js");

const NAMES = [
  ["LSTM", 0.5],
  ["GRU", 0.25],
];

// Of each function its arguments, and what has to stand in its words.
const SAYS = {
  "pad/text.js": {
    penWords: [[true], "down"],
    rowsLabel: [["row", "It is a 3."], "each row", "It is a 3."],
  },
  "player/text.js": {
    beliefSentence: [["row", 4, 7, 0.9], "row 4", "7", "90 %"],
    keysHint: [["row"], "rows"],
    pageLabel: [["row", 4], "row 4"],
    rowsLabel: [["row", 4, 7], "row 4", "believes 7"],
    unitSentence: [
      [
        3,
        [
          ["h", -0.5],
          ["c", 1.25],
        ],
      ],
      "Unit 3",
      "h = −0.500",
      "c = 1.250",
    ],
  },
  "shapes/text.js": {
    allOf: [[4], "4"],
    cutWords: [
      ["x", { step: 2, sequence: 0, half: null, layer: null, direction: 1 }, 28],
      "step 3 of 28",
      "sequence 1",
      "reverse",
    ],
    gateWords: [["i"], "gate i"],
    layerName: [[2, 1], "2", "reverse"],
    legendWords: [[2, true], "lower layers", "thicker"],
    productSentence: [
      [{ B: 32, I: 28, H: 128 }, { B: 3, I: 28, H: 4 }, "weight_ih_l0", "0:128", "gate i"],
      ...["(32, 28) × (28, 128) → (32, 128)", "weight_ih_l0[0:128]", "gate i", "first 3 × 28 × 4"],
    ],
    pullWords: [[true], "back"],
    shapeOf: [["(2, 3)"], "(2, 3)"],
    slabSentence: [[2], "step 2", "second", "hate"],
    stepWords: [[2, 28], "step 2 of 28"],
    sumWords: [
      [1, 2, ["1.00·2.00", "3.00·4.00"], 28, "14.00"],
      "sequence 1",
      "unit 2",
      "1.00·2.00 + 3.00·4.00 + …",
      "28 products",
      "= 14.00",
    ],
  },
  "colored_text/text.js": {
    expectedSentence: [
      [
        " ",
        5,
        2,
        0.125,
        [
          ["e", 0.5],
          ["\n", 0.25],
        ],
        ["a", 1.5],
      ],
      "␣",
      "character 5",
      "unit 2",
      "e 50 %",
      "↵ 25 %",
      "a came",
      "1.50 bits",
    ],
    otherWords: [[true], "unit"],
    shownWords: [[false, 3, 64], "unit 3 of 64"],
  },
  "letter_steps/text.js": {
    answerWords: [[false, "o"], "not o"],
    answersSentence: [["h", "e", [["RNN", "e", 0.75]]], "h goes in", "e is wanted", "RNN says e (75 %)"],
    lossWords: [[1.234], "1.23"],
    seen: [["\t"], "⇥"],
    statesLabel: [["h", Float32Array.of(0.5, -1)], "h after h", "0.50, -1.00"],
  },
  "influence/text.js": {
    farLabel: [[7, NAMES], "7 rows", "LSTM 0.5", "GRU 0.25"],
    farTitle: [[true], "bound"],
    leftLabel: [["LSTM", 3, 9, 1e-6], "LSTM", "row 3", "row 9", "1.0 · 10⁻⁶"],
    leftSentence: [[3, 9, NAMES], "s = 3", "t = 9", "LSTM 0.5", "GRU 0.25"],
  },
  "clipping/text.js": {
    chartLabel: [
      [
        "Loss",
        4,
        [
          ["clipped", 0.5],
          ["free", Infinity],
        ],
      ],
      "Loss",
      "step 4",
      "clipped 0.5",
      "free no number",
    ],
    lineName: [[true, true], "clipped", "lost"],
    stepSentence: [[4, [["clipped", 0.5, 20, 0.01]]], "Step 4", "loss 0.5", "gradient 20", "moved 0.01"],
  },
  "order/text.js": {
    allLabel: [["CNN"], "CNN", "all rows"],
    beliefsLabel: [["LSTM"], "LSTM"],
    digitLabel: [["A 3", "backwards"], "A 3", "backwards"],
    howWords: [["backwards"], "backwards"],
    orderName: [["backwards"], "backwards"],
  },
  "activations/text.js": {
    functionTitle: [["none"], "f(a) = a"],
    seriesLabel: [["size", 3, [["relu", 1e39]]], "size", "step 3", "relu infinite"],
    slopeLabel: [["tanh", 1], "tanh", "1"],
    stepSentence: [[3, [["tanh", 0.5, 1e-20]]], "Step 3", "tanh 0.5", "below 10⁻¹⁶"],
  },
  "cell/text.js": {
    countsLabel: [["I = 1", 50, 1234, 56789], "I = 1", "T = 50", "1,234", "56,789"],
    lengthLabel: [[50], "T = 50"],
    unrolledLabel: [[["0.10", "0.20"]], "2 steps", "o 1 = 0.10", "o 2 = 0.20"],
    unrolledWords: [[5], "5 steps"],
  },
  "unit/text.js": {
    allTitle: [[64, "h", "by AUC", "digit"], "64 units of h", "by AUC", "digit"],
    aucWords: [[0.912, "row", 9, false], "AUC 0.91", "row 9", "by chance"],
    chanceHint: [[0.05], "0.45", "0.55"],
    classesWords: [
      ["row", 9, [3, 0.5], [1, -0.5], "digit", 0.25],
      "row 9",
      "3 highest 0.50",
      "1 lowest −0.50",
      "this digit 0.25",
    ],
    courseLabel: [[5, "It rises."], "unit 5", "It rises."],
    courseTitle: [[5, "row", "digit"], "Unit 5", "each row", "each digit"],
    drivesTitle: [[5, "row", "rise", false], "unit 5", "falls most", "row"],
    drivingHint: [["digit", 17, 3], "17", "a 3", "this digit"],
    drivingLabel: [["class", 17, null, "row 2"], "Sequence 18", "row 2"],
    drivingWords: [["row", 9, -0.5], "row 9", "−0.50"],
    keysHint: [[true], "click"],
    matrixLabel: [[64, "digit", "AUC 0.91"], "64 units", "digit", "AUC 0.91"],
    meanWords: [["row", 9, -0.5, "this 3", 0.25], "row 9", "mean −0.50", "this 3 0.25"],
    pointedWords: [[5, "digit", "3", "AUC 0.91"], "unit 5", "digit 3", "AUC 0.91"],
    tellsLabel: [["digit"], "digit"],
    tellsTitle: [[5, "digit"], "unit 5", "digit"],
  },
  "state_map/text.js": {
    allWords: [["row", 9, 500, 10000, "this 3"], "row 9", "500 digits", "10000", "this 3"],
    chipHint: [[3], "3s"],
    chipLabel: [[3], "3s"],
    heardWords: [["row", 9, 28, false], "row 9 of 28"],
    keysHint: [["row", true], "rows", "turn"],
    pathsLabel: [[true, "It moves."], "three axes", "It moves."],
    pointedWords: [["digit", 3, 17, "this 5", "row", 9], "a 3", "test digit 17", "row 9"],
    readWords: [["a 3", "row", 9, true], "a 3", "back to row 9"],
    solidHint: [[2], "Two units"],
    varianceWords: [[3, 0.75], "these 3", "75 %"],
  },
  "ablation/text.js": {
    believedWords: [["row", 9, 3, 0.75], "row 9", "3 with 75 %"],
    cancelWords: [[true], "Go on"],
    changedLabel: [["unit 3 is 0"], "unit 3 is 0"],
    classHint: [[3, 0.975, 0.5], "3: 50.0 %", "before 97.5 %"],
    doingWords: [[false, "measures"], "measures"],
    hoveredWords: [["h", 5, "row", 9, "0.50", "0.00"], "h of unit 5", "row 9", "0.50, changed 0.00"],
    joinedLabel: [["row", 9], "row 9"],
    joinedWords: [["row", 9], "row 9"],
    lostPoints: [[-1.25], "−1.3"],
    missingWords: [[true, 64], "1 to 64"],
    rankLabel: [[5, "−1.2"], "unit 5", "−1.2"],
    readLabel: [["a 3", "row", 9, false], "a 3", "up to row 9"],
    removeLabel: [["unit 3 is 0"], "unit 3 is 0"],
    sinceOptions: [["row", 9], "all rows", "row 9 and after"],
    stripLabel: [[2.5, [0.1, 0.5]], "−2.5 points", "2 random sets", "−0.5", "−0.1"],
    unitWords: [[5], "5"],
    unitsLabel: [["h", 5, 64, true, "3, 5"], "h: unit 5 of 64", "picked: 3, 5"],
    unknownClass: [[3], "3"],
    variantLabel: [["zeros", "row", 9, "3 with 75 %"], "zeros", "row 9", "3 with 75 %"],
    variantWords: [[3, 0.75], "3 with 75 %"],
  },
  "memory/text.js": {
    feltLabel: [
      [
        "LSTM",
        "row 3",
        [
          ["h", 0.5],
          ["c", 0.25],
        ],
        true,
      ],
      "LSTM",
      "row 3",
      "∂L/∂h 0.5",
      "∂L/∂c 0.25",
      "strongest",
    ],
    feltTitle: [[true], "strongest"],
    keysHint: [["row"], "rows"],
    networkSentence: [
      ["LSTM", "row 3", [["h", 0.5]], "it believes 3"],
      "LSTM after row 3",
      "‖∂L/∂h‖ 0.5",
      "it believes 3",
    ],
    pixelWords: [[4, 5, 200, -0.5, 3], "row 4", "column 5", "ink 200", "−0.50 against 3"],
    reachWords: [[0.5, "for 3", false], "±0.50", "for 3", "so far"],
    readWords: [["a 3", "row 9"], "a 3", "row 9"],
    spokenLabel: [[3, "for 3"], "for 3 and against"],
    stoppedLabel: [["LSTM", "row 3", "it believes 3"], "LSTM", "row 3", "it believes 3"],
    stoppedWords: [[3, 0.75, 0.5], "3 with 75 %", "50.0 %"],
    sumWords: [["row", 0, 3], "this row", "nothing on 3"],
    thinLine: [["LSTM"], "LSTM"],
  },
  "training/text.js": {
    beliefSentence: [[1200, "row", 9, 3, 0.75], "step 1,200", "row 9", "3 with 75 %"],
    cellLabel: [[4, 9, 1200, 12000], "4 taken for 9", "1,200 of 12,000"],
    confusionTitle: [[10000], "10,000"],
    curvesLabel: [[1200, 0.5, 0.75, "test", 0.5], "1,200 steps", "loss 0.500", "75.0 %", "test accuracy 50.0 %"],
    digitLabel: [["row", 9], "row 9"],
    healthTitle: [[1200], "1,200"],
    keysHint: [["row"], "rows"],
    laterWords: [["idle", false], "Train"],
    lightLabel: [["Gradient", "warn", "It is large."], "Gradient", "mind this", "It is large."],
    rowsLabel: [["row", 9, 3], "row 9", "believes 3"],
    tenTitle: [[7], "7 right"],
    unitSentence: [[5, -0.5], "Unit 5", "−0.50"],
    worstSentence: [[{ is: 4, taken: 9, count: 12, sum: 1200 }], "a 4 for a 9", "12 of 1,200"],
  },
  "race/text.js": {
    curvesLabel: [["Loss", NAMES], "Loss", "LSTM 0.5", "GRU 0.25"],
    curvesSentence: [[2, 7], "Round 2", "seed 7"],
    duelsLabel: [[[{ better: "LSTM", other: "RNN", words: "1 to 2" }]], "LSTM minus RNN: 1 to 2"],
    duelsSentence: [[2, false], "lines"],
    resultLabel: [[2, "LSTM", "97 %", "Open it"], "Round 2", "LSTM", "97 %", "Open it"],
    roundName: [[2], "2"],
    seedName: [[7], "7"],
  },
  "compare/text.js": {
    answerWords: [["■", 3, false], "■ 3 ✗"],
    beliefLabel: [["first", "row 9", 3], "row 9", "first believes 3"],
    beliefsSentence: [
      [
        [
          ["first", 3, 0.75],
          ["second", 5, 0.5],
        ],
        2,
        "this 3",
        1200,
        "half",
      ],
      "step 1,200",
      "half read",
      "first believes 3 with 75 %",
      "second believes 5 with 50 %",
      "this 3",
    ],
    curvesLabel: [["Loss", NAMES], "Loss", "LSTM 0.5", "GRU 0.25"],
    differingLabel: [
      [
        17,
        3,
        [
          ["first", 3],
          ["second", 5],
        ],
      ],
      "17 is 3",
      "first takes it for 3",
      "second takes it for 5",
    ],
    keysHint: [["rows"], "rows"],
    kindsSentence: [[["first"], 2], "first", "held out"],
    readLabel: [["first", "row 9"], "first", "row 9"],
    unitSentence: [[5, "first", -0.5], "Unit 5 of first", "−0.50"],
    whenWords: [[1200, "row 9"], "1,200", "row 9"],
  },
  "scratch/text.js": {
    chartLabel: [["Loss", "At step 3"], "Loss", "At step 3"],
    codeTitle: [["rnn.py"], "rnn.py"],
    leafWords: [[{ name: "W", column: 0 }], "not trained"],
    matrixLabel: [["W", [1, 2], [[0.5, -1]]], "W", "1 by 2", "0.50, −1.00"],
    nodeWords: [["h", [2, 3], 0.5, 2], "h (2, 3)", "0.50", "2 times"],
    normsSentence: [
      [
        [
          [3, 0.5],
          [2, 0.25],
        ],
        0.75,
        false,
      ],
      "step 3 0.50",
      "step 2 0.25",
      "0.75",
      "so far",
    ],
    partName: [[true, 3], "back 3"],
    placeWords: [[1, 2, 3, 4], "row 1, column 2", "3 × 4"],
    readoutWords: [["step", 1200, NAMES], "step 1,200", "LSTM 0.5", "GRU 0.25"],
    shareName: [[3], "3"],
    timeStep: [[3], "3"],
    wayWords: [[true, 3], "Backward", "step 3"],
  },
};

for (const path of FILES.filter((file) => !file.startsWith("ui/components/watch/"))) {
  const name = path.split("/").slice(-2).join("/");
  test(`the words of ${name}`, async () => {
    const module = await import(new URL(path, PACKAGE).href);
    const functions = Object.keys(module).filter((word) => typeof module[word] === "function");
    assert.deepEqual(
      functions,
      Object.keys(SAYS[name]).sort(),
      "a function has no example here, or the other way round",
    );
    for (const [word, value] of Object.entries(module)) {
      if (typeof value !== "function") assert.ok(Object.values(value).every(Boolean), word);
    }
    for (const [word, [args, ...parts]] of Object.entries(SAYS[name])) {
      const said = [module[word](...args)].flat().join(" | ");
      assert.doesNotMatch(said, /undefined|NaN|\[object|null/, word);
      assert.ok(parts.length > 0, word);
      for (const part of parts) assert.ok(said.includes(part), `${word}: “${part}” is missing in “${said}”`);
    }
  });
}
