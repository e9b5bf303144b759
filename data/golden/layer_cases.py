"""The layers that layers.py asks PyTorch about: model text, shape of a sample, and the same in PyTorch."""
import dataclasses
import math

import torch
import torch.nn.functional as F


@dataclasses.dataclass
class Case:
    text: str
    shape: tuple
    function: callable
    parameters: dict = dataclasses.field(default_factory=dict)
    kinks: tuple = ()
    low: float = -3.
    high: float = 3.
    # Asked for answers rather than trained: layers that draw in training.
    answers: bool = False


CASES = []


def case(*given, **named):
    CASES.append(Case(*given, **named))


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def pictures(function):
    """A function of [n, c, h, w] as one of [n, h, w, c]."""
    return lambda x, *parameters: nhwc(function(nchw(x), *parameters))


def hard_sigmoid(alpha, beta):
    return lambda x: torch.clamp(alpha * x + beta, 0, 1)


def isru(alpha):
    return lambda x: x / torch.sqrt(1 + alpha * x * x)


def isrlu(alpha):
    return lambda x: torch.where(x < 0, isru(alpha)(x), x)


def bent(x):
    return (torch.sqrt(x * x + 1) - 1) / 2 + x


ZERO = (0.,)
for text, function, kinks in [
    ("tanh", torch.tanh, ()), ("sigmoid", torch.sigmoid, ()), ("relu", F.relu, ZERO), ("arctan", torch.arctan, ()),
    ("softsign", F.softsign, ZERO), ("isru", isru(1), ()), ("isru alpha 3", isru(3), ()),
    ("hard-sigmoid", hard_sigmoid(.2, .5), (-2.5, 2.5)), ("hard-sigmoid alpha 0.5 beta 0.6", hard_sigmoid(.5, .6), (-1.2, .8)),
    ("step", lambda x: torch.heaviside(x.detach(), torch.ones(1, dtype=x.dtype)) + 0 * x, ZERO),
    ("leaky-relu", lambda x: F.leaky_relu(x, .01), ZERO), ("leaky-relu alpha 0.3", lambda x: F.leaky_relu(x, .3), ZERO),
    ("elu", F.elu, ZERO), ("elu alpha 2", lambda x: F.elu(x, 2.), ZERO), ("selu", F.selu, ZERO),
    ("selu alpha 2 gamma 3", lambda x: 3 * F.elu(x, 2.), ZERO), ("celu", F.celu, ZERO),
    ("celu alpha 2", lambda x: F.celu(x, 2.), ZERO), ("isrlu", isrlu(1), ZERO), ("isrlu alpha 2", isrlu(2), ZERO),
    ("softplus", F.softplus, ()), ("thresholded-relu", lambda x: F.threshold(x, 1., 0.), (1.,)),
    ("thresholded-relu alpha 0.5", lambda x: F.threshold(x, .5, 0.), (.5,)), ("silu", F.silu, ()),
    ("gelu", F.gelu, ()), ("gelu tanh", lambda x: F.gelu(x, approximate="tanh"), ()), ("mish", F.mish, ()),
    ("identity", lambda x: x * 1, ()), ("sin", torch.sin, ()), ("sinc", lambda x: torch.sinc(x / math.pi), ZERO),
    ("gaussian", lambda x: torch.exp(-x * x), ()), ("bent-identity", bent, ()),
    ("softmax", lambda x: F.softmax(x, -1), ()), ("log-softmax", lambda x: F.log_softmax(x, -1), ()),
]:
    case(text, (11,), function, kinks=kinks)
case("hard-swish", (11,), F.hardswish, kinks=(-3., 0., 3.), low=-5., high=5.)
case("softmax", (2, 3, 4), lambda x: F.softmax(x, -1))
case("log-softmax", (2, 3, 4), lambda x: F.log_softmax(x, -1))
case("flatten", (2, 3, 2), lambda x: x.reshape(x.shape[0], -1) * 1)
case("rrelu", (11,), lambda x: F.rrelu(x, training=False), answers=True)
case("rrelu low 0.2 high 0.4", (11,), lambda x: F.rrelu(x, .2, .4, training=False), answers=True)
case("dropout 0.4", (11,), lambda x: F.dropout(x, .4, training=False) * 1, answers=True)

# Dense.
for text, shape, inputs, bias in [("dense 5", (7,), 7, True), ("dense 5 no-bias", (7,), 7, False), ("dense 3", (3, 2, 2), 12, True)]:
    masks = int(text.split()[1])
    given = {"0.dense.weight": ((masks, inputs), -1, 1)} | ({"0.dense.bias": ((masks, 1), -1, 1)} if bias else {})
    case(text, shape, lambda x, w, b=None: F.linear(x.flatten(1), w, None if b is None else b.flatten()), given)


def conv(stride=1, dilation=1, groups=1, pad=(0, 0, 0, 0)):
    """`pad` is above, left, below, right as in ours; F.pad has left, right, above, below."""
    top, left, bottom, right = pad

    def function(x, w, b=None):
        return F.conv2d(F.pad(x, (left, right, top, bottom)), nchw(w), None if b is None else b.flatten(), stride, dilation=dilation,
                        groups=groups)
    return pictures(function)


SIDE, WEIGHT = (7, 6, 4), "0.conv.weight"


def conv_case(text, size, function, masks=3, channels=4, bias=True, shape=SIDE):
    given = {WEIGHT: ((masks, *size, channels), -1, 1)} | ({"0.conv.bias": ((masks, 1), -1, 1)} if bias else {})
    case(text, shape, function, given, low=-1., high=1.)


conv_case("conv 3 3x3", (3, 3), conv())
conv_case("conv 3 3x2 no-bias", (3, 2), conv(), bias=False)
conv_case("conv 3 1x1", (1, 1), conv())
conv_case("conv 3 3x3 same", (3, 3), conv(pad=(1, 1, 1, 1)))
conv_case("conv 3 4x2 same", (4, 2), conv(pad=(1, 0, 2, 1)))
conv_case("conv 3 4x2 same-lower", (4, 2), conv(pad=(2, 1, 1, 0)))
conv_case("conv 3 3x3 same stride 2", (3, 3), conv(2, pad=(1, 0, 1, 1)))
conv_case("conv 3 3x3 pad 2,0,1,3 stride 3x2", (3, 3), conv((3, 2), pad=(2, 0, 1, 3)))
conv_case("conv 3 3x2 pad 1 dilation 2x3", (3, 2), conv(dilation=(2, 3), pad=(1, 1, 1, 1)))
conv_case("conv 4 3x3 groups 2 stride 2", (3, 3), conv(2, groups=2), 4, 2)
conv_case("conv 8 2x2 groups 4 same no-bias", (2, 2), conv(groups=4, pad=(0, 0, 1, 1)), 8, 1, False)


def padded(x, pad, value):
    top, left, bottom, right = pad
    return F.pad(x, (left, right, top, bottom), value=value)


def windows(x, size, stride, dilation, pad, value=0.):
    """[n, c, places of the window, h′, w′]"""
    top, left, bottom, right = pad
    n, c = x.shape[:2]
    height = (x.shape[2] + top + bottom - (size[0] - 1) * dilation - 1) // stride + 1
    places = F.unfold(padded(x, pad, value), size, dilation, 0, stride)
    return places.reshape(n, c, size[0] * size[1], height, -1)


NONE = (0, 0, 0, 0)


def max_pool(size, stride, pad=NONE, dilation=1, ceil=False):
    return pictures(lambda x: F.max_pool2d(padded(x, pad, -math.inf), size, stride, 0, dilation, ceil_mode=ceil))


def avg_pool(size, stride, pad=NONE, dilation=1, count_pad=False):
    def function(x):
        sums = windows(x, size, stride, dilation, pad).sum(2)
        return sums / (size[0] * size[1] if count_pad else windows(torch.ones_like(x), size, stride, dilation, pad).sum(2))
    return pictures(function)


def lp_pool(size, p, stride, pad=NONE, dilation=1):
    return pictures(lambda x: (windows(x, size, stride, dilation, pad).abs() ** p).sum(2) ** (1 / p))


POOLED = (7, 6, 1)
for text, function in [
    ("max-pool 2", max_pool(2, 2)), ("max-pool 3 stride 2", max_pool(3, 2)), ("max-pool 3x2 stride 1", max_pool((3, 2), 1)),
    ("max-pool 3 stride 2 ceil", max_pool(3, 2, ceil=True)), ("max-pool 2 dilation 3 stride 1", max_pool(2, 1, dilation=3)),
    ("max-pool 3 same", max_pool(3, 3, (1, 0, 1, 0))), ("max-pool 2 same stride 1", max_pool(2, 1, (0, 0, 1, 1))),
    ("max-pool 2 same-lower stride 1", max_pool(2, 1, (1, 1, 0, 0))),
    ("max-pool 4 pad 1,2,0,3 stride 2", max_pool(4, 2, (1, 2, 0, 3))),
    ("avg-pool 2", avg_pool((2, 2), 2)), ("avg-pool 3 stride 2", avg_pool((3, 3), 2)),
    ("avg-pool 3x2 stride 1", avg_pool((3, 2), 1)), ("avg-pool 3 same stride 2", avg_pool((3, 3), 2, (1, 0, 1, 1))),
    ("avg-pool 2 same-lower stride 1", avg_pool((2, 2), 1, (1, 1, 0, 0))),
    ("avg-pool 3 pad 2,1,0,2 stride 1", avg_pool((3, 3), 1, (2, 1, 0, 2))),
    ("avg-pool 3 pad 2,1,0,2 stride 1 count-pad", avg_pool((3, 3), 1, (2, 1, 0, 2), count_pad=True)),
    ("avg-pool 2 dilation 2 stride 1", avg_pool((2, 2), 1, dilation=2)),
    ("avg-pool 3 stride 2 ceil", pictures(lambda x: F.avg_pool2d(x, 3, 2, ceil_mode=True, count_include_pad=False))),
    ("avg-pool 3 pad 1 stride 2 ceil count-pad", pictures(lambda x: F.avg_pool2d(x, 3, 2, 1, ceil_mode=True, count_include_pad=True))),
    ("lp-pool 2 p 2", lp_pool((2, 2), 2, 2)), ("lp-pool 3 p 3 stride 2", lp_pool((3, 3), 3, 2)),
    ("lp-pool 2 p 4 same stride 1", lp_pool((2, 2), 4, 1, (0, 0, 1, 1))),
    ("global-pool max", pictures(lambda x: x.amax((2, 3), keepdim=True))),
    ("global-pool avg", pictures(lambda x: x.mean((2, 3), keepdim=True))),
    ("adaptive-pool max 3x2", pictures(lambda x: F.adaptive_max_pool2d(x, (3, 2)))),
    ("adaptive-pool avg 3x4", pictures(lambda x: F.adaptive_avg_pool2d(x, (3, 4)))),
]:
    case(text, POOLED, function, kinks=ZERO)
case("up 2 nearest", (3, 2, 2), pictures(lambda x: F.interpolate(x, scale_factor=2, mode="nearest")))
case("up 3", (3, 2, 2), pictures(lambda x: F.interpolate(x, scale_factor=3, mode="nearest")))
case("up 2 bilinear", (3, 2, 2), pictures(lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)))
case("up 3 bilinear", (3, 4, 1), pictures(lambda x: F.interpolate(x, scale_factor=3, mode="bilinear", align_corners=False)))
# Of numbers that are not negative, as behind a rectifier: answers are means weighted by the shares that training draws with.
case("stochastic-pool 2", POOLED, pictures(lambda x: (w := windows(x, (2, 2), 2, 1, NONE)).square().sum(2) / w.sum(2)), low=0., answers=True)
for text, share in [("mixed-pool 2", .5), ("mixed-pool 3 share 0.3", .3)]:
    size = int(text.split()[1])
    both = [max_pool(size, size), avg_pool((size, size), size)]
    case(text, POOLED, lambda x, share=share, both=both: share * both[0](x) + (1 - share) * both[1](x))

# Skips: own channels first, of a larger picture the middle.
case("as a | conv 3 2x2 | concat a", SIDE, lambda x, w, b: torch.cat([conv()(x, w, b), x[:, 0:6, 0:5]], -1),
     {"0.conv.weight": ((3, 2, 2, 4), -1, 1), "0.conv.bias": ((3, 1), -1, 1)}, low=-1., high=1.)
case("conv 3 1x1 | as a | conv 3 3x3 same | add a | tanh", SIDE,
     lambda x, w, b, v, c: torch.tanh(conv(pad=(1, 1, 1, 1))(conv()(x, w, b), v, c) + conv()(x, w, b)),
     {"0.conv.weight": ((3, 1, 1, 4), -1, 1), "0.conv.bias": ((3, 1), -1, 1), "1.conv.weight": ((3, 3, 3, 3), -.2, .2),
      "1.conv.bias": ((3, 1), -1, 1)}, low=-1., high=1.)

# Trained activations, a parameter a channel; numbers away from their bends, which lie at multiples of 1/1024 as the inputs do: half of one beside.
def prelu(x, a):
    return torch.where(x > 0, x, a * x)


def srelu(x, low, low_slope, high, high_slope):
    return torch.where(x >= high, high + high_slope * (x - high), torch.where(x <= low, low + low_slope * (x - low), x))


def apl(x, slope, bend):
    return F.relu(x) + sum(slope[s] * F.relu(bend[s] - x) for s in range(len(slope)))


def soft_exponential(x, a):
    if a.item() < 0:
        return -torch.log(1 - a * (x + a)) / a
    return (torch.exp(a * x) - 1) / a + a


FEW = (2, 3, 4)
case("prelu", FEW, prelu, {"0.prelu.alpha": ((4,), .1, .5)}, ZERO)
case("prelu shared", FEW, prelu, {"0.prelu.alpha": ((1,), .1, .5)}, ZERO)
case("srelu", FEW, srelu, {"0.srelu.low": ((4,), -1.5, -.5), "0.srelu.low-slope": ((4,), .1, .5), "0.srelu.high": ((4,), .5, 1.5),
                           "0.srelu.high-slope": ((4,), .1, .9)})
case("apl pieces 3", FEW, apl, {"0.apl.slope": ((3, 4), -1, 1), "0.apl.bend": ((3, 4), -2, 2)}, ZERO)
case("soft-exponential", (2, 3, 2), soft_exponential, {"0.soft-exponential.alpha": ((1,), .3, .9)})
case("soft-exponential", (7,), soft_exponential, {"0.soft-exponential.alpha": ((1,), -.9, -.6)}, low=0., high=2.)
case("maxout 2", FEW, lambda x: x.unflatten(-1, (-1, 2)).amax(-1))
case("maxout 3", (9,), lambda x: x.unflatten(-1, (-1, 3)).amax(-1))
case("fourier 3", (4,), lambda x: torch.cat([x] + [f(k * x) for k in (1, 2, 3) for f in (torch.sin, torch.cos)], -1))
case("taylor 4", (5,), lambda x: torch.cat([x ** n for n in (1, 2, 3, 4)], -1), low=-1.5, high=1.5)


# conv-transpose.weight [c, rows, columns, masks / groups]; PyTorch: [c, masks / groups, rows, columns].
def conv_transpose(cut=(0, 0, 0, 0), **given):
    top, left, bottom, right = cut

    def function(x, w, b=None):
        y = F.conv_transpose2d(x, nchw(w), None if b is None else b.flatten(), **given)
        return y[:, :, top:y.shape[2] - bottom, left:y.shape[3] - right]
    return pictures(function)


for text, size, masks, groups, bias, function in [
    ("conv-transpose 3 3x2", (3, 2), 3, 1, True, conv_transpose()),
    ("conv-transpose 3 3x3 stride 2 no-bias", (3, 3), 3, 1, False, conv_transpose(stride=2)),
    ("conv-transpose 3 3x3 pad 1 stride 2 out-pad 1,0", (3, 3), 3, 1, True, conv_transpose(stride=2, padding=1, output_padding=(1, 0))),
    ("conv-transpose 3 3x3 pad 1,0,2,1", (3, 3), 3, 1, True, conv_transpose((1, 0, 2, 1))),
    ("conv-transpose 3 3x3 same stride 2", (3, 3), 3, 1, True, conv_transpose((0, 0, 1, 1), stride=2)),
    ("conv-transpose 3 2x2 dilation 2", (2, 2), 3, 1, True, conv_transpose(dilation=2)),
    ("conv-transpose 6 2x2 stride 2 groups 2", (2, 2), 6, 2, True, conv_transpose(stride=2, groups=2)),
]:
    given = {"0.conv-transpose.weight": ((4, *size, masks // groups), -1, 1)}
    case(text, (3, 2, 4), function, given | ({"0.conv-transpose.bias": ((masks, 1), -1, 1)} if bias else {}), low=-1., high=1.)

for text, eps in [("batch-norm", 1e-5), ("batch-norm eps 0.01", .01)]:
    for answers, shape in [(False, (2, 3, 4)), (False, (6,))] if eps < .01 else [(True, (2, 3, 4))]:
        c = shape[-1]
        given = {"weight": ((c,), .5, 1.5), "bias": ((c,), -1, 1), "mean": ((c,), -1, 1), "variance": ((c,), .5, 2)}
        case(text, shape, lambda x, w, b, m, v, eps=eps, answers=answers: F.batch_norm(
            x.movedim(-1, 1), m.detach().clone(), v.detach().clone(), w, b, not answers, eps=eps).movedim(1, -1),
            {f"0.batch-norm.{name}": value for name, value in given.items()}, answers=answers)


def filtered(mask):
    weight = torch.tensor(mask, dtype=torch.float64)
    return pictures(lambda x: F.conv2d(x, weight.expand(x.shape[1], 1, *weight.shape), padding=1, groups=x.shape[1]))


case("filter sobel:direction=x,signed=clamp", (5, 4, 2), filtered([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]))
case("filter sharpen", (5, 4, 2), filtered([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]))


def unshuffled(x, side):
    """PyTorch's pixel_unshuffle, its channels in our order: the place in the block before the channel."""
    y = F.pixel_unshuffle(x, side)
    return y.unflatten(1, (x.shape[1], side * side)).transpose(1, 2).flatten(1, 2)


def shuffled(x, side):
    return F.pixel_shuffle(x.unflatten(1, (side * side, -1)).transpose(1, 2).flatten(1, 2), side)


for side, shape in [(2, (4, 6, 3)), (3, (3, 6, 1)), (1, (2, 3, 2))]:
    case(f"space-to-depth {side}", shape, pictures(lambda x, side=side: unshuffled(x, side)))
for side, shape in [(2, (2, 3, 8)), (3, (2, 1, 9)), (2, (4,))]:
    case(f"depth-to-space {side}", shape, pictures(lambda x, side=side: shuffled(x, side)) if len(shape) == 3 else
         lambda x: nhwc(shuffled(x[:, :, None, None], 2)))
for groups, eps, shape in [(2, 1e-5, (2, 3, 4)), (1, 1e-5, (2, 3, 4)), (4, .01, (2, 3, 4)), (2, 1e-5, (6,))]:
    case(f"group-norm {groups}" + (f" eps {eps}" if eps > 1e-5 else ""), shape, lambda x, w, b, groups=groups, eps=eps: F.group_norm(
        x.movedim(-1, 1), groups, w, b, eps=eps).movedim(1, -1),
        {f"0.group-norm.{name}": ((shape[-1],), low, high) for name, low, high in [("weight", .5, 1.5), ("bias", -1, 1)]})
