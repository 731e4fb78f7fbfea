"""Three models as tutorials and papers describe them, tapped as a new user would."""

import numpy as np
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from rnn_core.pytorch import tap
from rnn_core.recording import Recording

EXACT = 1e-10  # relative, in float64


class Classifier(nn.Module):
    """Of texts: an embedding, two LSTM layers both ways over a packed batch, the last states of
    both directions, one linear layer; dropout everywhere."""

    def __init__(self, words=30, size=6, H=5):
        super().__init__()
        self.embedding = nn.Embedding(words, size, padding_idx=0)
        self.rnn = nn.LSTM(size, H, num_layers=2, bidirectional=True, dropout=0.5, batch_first=True)
        self.head, self.dropout = nn.Linear(2 * H, 1), nn.Dropout(0.5)

    def forward(self, text, lengths):
        embedded = self.dropout(self.embedding(text))
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        _, (hidden, _) = self.rnn(packed)
        return self.head(self.dropout(torch.cat([hidden[-2], hidden[-1]], dim=1)))[:, 0]


class Characters(nn.Module):
    """A model of characters: an embedding, two LSTM layers with dropout, a decoder. The state goes
    on from window to window, its graph does not."""

    def __init__(self, letters=20, H=8):
        super().__init__()
        self.drop, self.encoder = nn.Dropout(0.2), nn.Embedding(letters, H)
        self.rnn, self.decoder = nn.LSTM(H, H, 2, dropout=0.2), nn.Linear(H, letters)
        self.decoder.weight = self.encoder.weight  # tied

    def forward(self, x, state):
        output, state = self.rnn(self.drop(self.encoder(x)), state)
        return self.decoder(self.drop(output)), state


class Attention(nn.Module):
    """Additive attention of a query on keys."""

    def __init__(self, H):
        super().__init__()
        self.Wa, self.Ua, self.Va = nn.Linear(H, H), nn.Linear(H, H), nn.Linear(H, 1)

    def forward(self, query, keys):
        scores = self.Va(torch.tanh(self.Wa(query) + self.Ua(keys))).squeeze(2).unsqueeze(1)
        return torch.bmm(scores.softmax(dim=-1), keys)


class Translator(nn.Module):
    """From sequence to sequence: a GRU reads, a GRU that is called once a word writes, with
    attention on all that was read. Teacher forcing."""

    def __init__(self, words=12, H=6, layer=nn.GRU, layers=1):
        super().__init__()
        self.read = nn.Embedding(words, H)
        self.encoder = layer(H, H, layers, batch_first=True)
        self.write, self.attention = nn.Embedding(words, H), Attention(H)
        self.decoder = layer(2 * H, H, layers, batch_first=True)
        self.out = nn.Linear(H, words)
        self.states = []

    def forward(self, source, target):
        keys, state = self.encoder(self.read(source))
        answers, self.states = [], []
        for word in target.unbind(1):
            top = (state[0] if isinstance(state, tuple) else state)[-1]
            context = self.attention(top.unsqueeze(1), keys)
            x = torch.cat((self.write(word).unsqueeze(1), context), dim=2)
            output, state = self.decoder(x, state)
            for tensor in (output, *(state if isinstance(state, tuple) else (state,))):
                tensor.retain_grad()
            self.states.append((output, state))
            answers.append(self.out(output[:, 0]))
        return torch.stack(answers, dim=1)


def test_a_classifier_of_packed_texts(tmp_path):
    torch.manual_seed(0)
    model, lengths = Classifier(), torch.tensor([9, 3, 7, 1, 5])
    optimizer = torch.optim.Adam(model.parameters())
    with tap(model, tmp_path / "run.unroll", every=2) as recorder:
        for _ in range(3):
            text = torch.randint(1, 30, (5, 9)) * (torch.arange(9) < lengths[:, None])
            loss = nn.functional.binary_cross_entropy_with_logits(
                model(text, lengths), torch.randint(0, 2, (5,)).float()
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            recorder.step(loss=loss.item())
    with Recording.open(tmp_path / "run.unroll") as run:
        assert run.steps == [1, 3] and list(run.modules) == ["rnn"]
        for k in range(2):
            assert run.layers("rnn", k) == [(0, 0), (0, 1), (1, 0), (1, 1)]
            assert run.check("rnn", step=k) < 1e-5
        top, back = (run.log10_norms("rnn", layer=1, direction=d) for d in (0, 1))
        assert (~np.isnan(top)).sum(axis=0).tolist() == lengths.tolist()
        # The loss sees where each sequence ends: its last step, and the first one on the way back.
        direct = [run.log10_norms("rnn", layer=1, direction=d, of="direct") for d in (0, 1)]
        for k, end in enumerate(lengths):
            assert np.isfinite(direct[0][end - 1, k]) and np.isneginf(direct[0][: end - 1, k]).all()
            assert np.isfinite(direct[1][0, k]) and np.isneginf(direct[1][1:end, k]).all()
        assert np.isfinite(back[0]).all()


def test_a_model_of_characters_with_truncated_backpropagation(tmp_path):
    torch.manual_seed(0)
    model, window = Characters(), 12
    text, state = torch.randint(0, 20, (5 * window + 1, 4)), None
    with tap(model, tmp_path / "run.unroll", every=2, max_norm=0.25) as recorder:
        for start in range(0, 5 * window, window):
            x, y = text[start : start + window], text[start + 1 : start + window + 1]
            state = None if state is None else tuple(s.detach() for s in state)
            answer, state = model(x, state)
            loss = nn.functional.cross_entropy(answer.flatten(0, 1), y.flatten())
            model.zero_grad()
            loss.backward()
            norm = nn.utils.clip_grad_norm_(model.parameters(), 0.25)
            with torch.no_grad():
                for p in model.parameters():
                    p.add_(p.grad, alpha=-1.0)
            recorder.step(loss=loss.item(), grad_norm=norm.item())
    with Recording.open(tmp_path / "run.unroll") as run:
        assert run.steps == [1, 3, 5]
        for k in range(3):
            assert run.check("rnn", step=k) < 1e-5
            assert run.log10_norms("rnn", layer=1, step=k).shape == (window, 4)
        assert "begins from zeros" not in run.told()
        assert "a state without a graph: the gradient ends there" in run.told()


def translated(tmp_path, **settings):
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    try:
        model = Translator(**settings)
    finally:
        torch.set_default_dtype(torch.float32)
    with tap(model, tmp_path / "run.unroll") as recorder:
        source, target = torch.randint(0, 12, (5, 7)), torch.randint(0, 12, (5, 9))
        answer = model(source, target)
        nn.functional.cross_entropy(answer.flatten(0, 1), target.roll(-1, 1).flatten()).backward()
        recorder.step()
    return model, Recording.open(tmp_path / "run.unroll")


def norms(tensors):
    return torch.stack(tensors).norm(dim=-1).log10().numpy()


def test_a_translator_whose_decoder_is_called_for_each_word(tmp_path):
    """The calls are one sequence: every ∂L/∂h_t is autograd's, and the last loss travels back."""
    model, run = translated(tmp_path)
    with run:
        assert list(run.modules) == ["encoder", "decoder"]
        assert max(run.check(name) for name in run.modules) < EXACT
        assert run.log10_norms("encoder").shape == (7, 5)
        # The layer gives its state twice, as output and as h_n: h_t is both.
        whole = norms([out.grad[:, 0] + h.grad[0] for out, h in model.states[:-1]])
        assert np.abs(run.log10_norms("decoder")[:-1] - whole).max() < EXACT
        one = run.reading("decoder")
        assert one.length == 9 and one.last_alone and one.reading.reach.log10_ratio < -0.5
        assert run.about("decoder")["calls"] == 1
        assert run.tape("decoder") is not None


def test_a_deep_decoder_of_lstms_is_one_sequence_too(tmp_path):
    model, run = translated(tmp_path, layer=nn.LSTM, layers=2)
    with run:
        assert max(run.check(name) for name in run.modules) < EXACT
        h = norms([out.grad[:, 0] + s[0].grad[1] for out, s in model.states[:-1]])
        assert np.abs(run.log10_norms("decoder", layer=1)[:-1] - h).max() < EXACT
        lower = run.log10_norms("decoder", layer=0)
        assert lower.shape == (9, 5) and np.isfinite(lower).all()
        c = run.log10_norms("decoder", layer=1, of="c")
        assert c.shape == (9, 5) and np.isfinite(c).all()


def test_what_the_last_word_alone_sends_back_is_swept_through_all_calls(tmp_path):
    """The same decoder with a loss on the last word alone has that as its whole gradient."""
    H, found = 6, []
    torch.manual_seed(0)
    layer = nn.GRU(3, H, dtype=torch.float64)
    x = torch.randn(8, 4, 3, dtype=torch.float64)
    for every_word in (True, False):
        path = tmp_path / f"{every_word}.unroll"
        with tap(layer, path) as recorder:
            state, outputs = None, []
            for x_t in x:
                output, state = layer(x_t[None], state)
                outputs.append(output[0])
            sum(o.pow(2).sum() for o in (outputs if every_word else outputs[-1:])).backward()
            recorder.step()
        with Recording.open(path) as run:
            assert run.check("model") < 1e-3
            found.append(run.series("model", "last" if every_word else "h"))
    assert np.abs(found[0] - found[1]).max() < 1e-8
