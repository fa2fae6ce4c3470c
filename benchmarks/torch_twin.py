"""The published MIPAE training step in PyTorch, for comparing the speed."""

import numpy as np
import torch
from torch import nn

CONTENT_DIM, POSE_DIM, CRITIC_DIM = 128, 5, 512


def encoder(width: int, code_dim: int) -> nn.Sequential:
    """Four strided convolutions, a head over the 4 by 4 map, tanh."""
    layers, channels = [], 3
    for multiple in (1, 2, 4, 8):
        layers += [
            nn.Conv2d(channels, multiple * width, 4, 2, 1, bias=False),
            nn.BatchNorm2d(multiple * width),
            nn.LeakyReLU(0.2),
        ]
        channels = multiple * width
    head = nn.Conv2d(channels, code_dim, 4, bias=False)
    norm = nn.BatchNorm2d(code_dim)
    return nn.Sequential(*layers, head, norm, nn.Tanh(), nn.Flatten())


def decoder(width: int) -> nn.Sequential:
    """Mirrors `encoder`; returns logits."""
    dim = CONTENT_DIM + POSE_DIM
    layers = [
        nn.Unflatten(1, (dim, 1, 1)),
        nn.ConvTranspose2d(dim, 8 * width, 4, bias=False),
        nn.BatchNorm2d(8 * width),
        nn.LeakyReLU(0.2),
    ]
    channels = 8 * width
    for multiple in (4, 2, 1):
        layers += [
            nn.ConvTranspose2d(channels, multiple * width, 4, 2, 1, bias=False),
            nn.BatchNorm2d(multiple * width),
            nn.LeakyReLU(0.2),
        ]
        channels = multiple * width
    return nn.Sequential(*layers, nn.ConvTranspose2d(channels, 3, 4, 2, 1))


def critic() -> nn.Sequential:
    """Three dense layers over two poses."""
    return nn.Sequential(
        nn.Linear(2 * POSE_DIM, CRITIC_DIM),
        nn.ReLU(),
        nn.Linear(CRITIC_DIM, CRITIC_DIM),
        nn.ReLU(),
        nn.Linear(CRITIC_DIM, 1),
    )


class Twin:
    """Encoders, decoder and critic, and one step of each optimizer.

    `layout` is the memory layout of feature maps; the default of PyTorch is
    `torch.contiguous_format`, channels first.
    """

    def __init__(self, width: int, layout: torch.memory_format) -> None:
        self.layout = layout
        self.content = encoder(width, CONTENT_DIM)
        self.pose = encoder(width, POSE_DIM)
        self.decoder = decoder(width)
        self.critic = critic()
        parts = [self.content, self.pose, self.decoder]
        for part in parts:
            part.to(memory_format=layout)
        own = [weight for part in parts for weight in part.parameters()]
        self.optimizer = torch.optim.Adam(own, 2e-3, betas=(0.5, 0.999))
        self.opponent = torch.optim.Adam(
            self.critic.parameters(), 2e-3, betas=(0.5, 0.999)
        )

    def scores(self, first, second):
        """Joint and marginal logits of poses."""
        other = second[torch.randperm(len(second))]
        joint = self.critic(torch.cat([first, second], 1))
        return joint, self.critic(torch.cat([first, other], 1))

    def step(self, clips: torch.Tensor) -> float:
        """One training step on uint8 `[2 * clips, 3, 3, 64, 64]`."""
        times = (clips.float() / 255).unbind(1)
        laid = [maps.contiguous(memory_format=self.layout) for maps in times]
        fresh, frames = zip(*(maps.chunk(2) for maps in laid))
        with torch.no_grad():
            poses = [self.pose(maps) for maps in fresh[:2]]
        joint, marginal = self.scores(*poses)
        loss = nn.functional.softplus(-joint).mean()
        loss = loss + nn.functional.softplus(marginal).mean()
        self.opponent.zero_grad()
        loss.backward()
        self.opponent.step()
        first, here, later = frames
        content, pose = self.content(first), self.pose(here)
        with torch.no_grad():
            other, next_pose = self.content(here), self.pose(later)
        drawn = torch.sigmoid(self.decoder(torch.cat([content, pose], 1)))
        joint, marginal = self.scores(pose, next_pose)
        total = (
            nn.functional.mse_loss(drawn, here)
            + nn.functional.mse_loss(content, other)
            + 1e-4 * (1 + joint.mean() - marginal.exp().mean())
        )
        self.optimizer.zero_grad()
        total.backward()
        self.optimizer.step()
        return float(total)


def make_step(batch: np.ndarray, width: int, layout: torch.memory_format):
    """A function that makes one step on uint8 `[2 * clips, 3, 64, 64, 3]`."""
    torch.manual_seed(0)
    twin = Twin(width, layout)
    clips = torch.from_numpy(np.moveaxis(batch, -1, 2).copy())
    return lambda: twin.step(clips)
