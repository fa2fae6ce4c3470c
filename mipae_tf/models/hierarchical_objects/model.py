"""Background and objects, each of which has a content and a pose."""

import tensorflow as tf

from mipae_tf.models.base import Latents
from mipae_tf.models.base import State
from mipae_tf.models.base import VideoModel
from mipae_tf.models.context import Context
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.frame_wise import fold_axes
from mipae_tf.models.hierarchical_objects import scene
from mipae_tf.models.hierarchical_objects.background_stage import (
    BackgroundStage,
)
from mipae_tf.models.hierarchical_objects.dynamics import DynamicsStage
from mipae_tf.models.hierarchical_objects.network import Codes
from mipae_tf.models.hierarchical_objects.network import HierarchicalNetwork
from mipae_tf.models.hierarchical_objects.object_stage import ObjectStage
from mipae_tf.models.hierarchical_objects.ordering import Tracks
from mipae_tf.models.hierarchical_objects.ordering import follow
from mipae_tf.models.hierarchical_objects.ordering import no_tracks
from mipae_tf.models.latent import Latent
from mipae_tf.models.stage import Stage
from mipae_tf.networks.lstm_stack import States
from mipae_tf.networks.scan_time import scan_time


class HierarchicalObjects(VideoModel):
    """A background, and objects with a content, a pose and a place.

    The first stages learn from pairs of frames. Then all frames are encoded
    once, and an LSTM learns from their codes how poses change. No stage holds a
    whole clip of frames in memory.
    """

    STAGES = ("background", "objects", "dynamics")
    FAILURES = {
        "foreground": (
            2e-3,
            "the background draws everything, so that nothing is left for "
            "objects; a smaller --background_dim or a larger "
            "--frame_distance may prevent this",
        ),
        "present": (
            0.05,
            "no object is found; a smaller --object_price, or a later "
            "--area_start, may prevent this",
        ),
        "absent": (
            0.02,
            "all objects are always present, as if they were parts of the "
            "background; more --background_steps or a larger --area_weight "
            "may prevent this, and --objects must be larger than the number "
            "of objects in a frame",
        ),
    }

    def __init__(self, config, frame_shape, seed=0, **kwargs) -> None:
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = HierarchicalNetwork(config, self.frame_shape)

    @property
    def stage_names(self) -> tuple[str, ...]:
        """See `VideoModel.stage_names`; `background` is optional."""
        return self.STAGES if self.config.background_steps else self.STAGES[1:]

    @property
    def latents(self) -> tuple[Latent, ...]:
        """The background, and what each object is, does and where it is."""
        config = self.config
        count, pose = config.objects, (config.pose_dim,)
        return (
            Latent("z_back", "content", False, (config.background_dim,)),
            Latent("z_content", "content", False, (config.content_dim,), count),
            Latent("z_where", "pose", True, (scene.WHERE_DIM,), count),
            Latent("z_pose", "pose", True, pose, count),
            Latent("z_presence", "presence", True, (1,), count, discrete=True),
        )

    def stages(self) -> tuple[Stage, ...]:
        """The background, all of the image auto-encoder, and the LSTM."""
        network, config, seed = self.network, self.config, self.seed
        stages = [
            ObjectStage(network, config, self.frame_shape, seed),
            DynamicsStage(network.predictor, config, seed),
        ]
        if config.background_steps:
            stages.insert(0, BackgroundStage(network, config, seed))
        return tuple(stages)

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """Encodes each frame, and orders the objects over time.

        Contents are means over the frames in which an object is present. The
        pose of an absent object is its last one. Deterministic; the seed is
        ignored.
        """
        (tracks, _), codes = self._watch(frames)
        return {
            "z_back": tracks.back,
            "z_content": tracks.content,
            "z_where": codes["z_where"],
            "z_pose": codes["z_pose"],
            "z_presence": codes["z_presence"],
        }

    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """See `VideoModel.decode`; no reference is needed."""
        time = tf.shape(latents["z_where"])[1]
        every = dict(latents)
        for name in ("z_back", "z_content"):
            every[name] = tf.repeat(latents[name][:, None], time, axis=1)
        return fold_axes(2, self.network.decode_frames, every)

    def segment(self, frames: tf.Tensor) -> tf.Tensor:
        """See `VideoModel.segment`; the masks m_i, which share a pixel in
        proportion where they add up to more than 1.
        """

        def masks(codes: Codes) -> tf.Tensor:
            found = scene.shares(self.network.layers(codes).masks[..., 0])
            return tf.transpose(found, [0, 2, 3, 1])

        return fold_axes(2, masks, self._watch(frames)[1])

    def draw_layers(self, frames: tf.Tensor) -> tf.Tensor:
        """See `VideoModel.draw_layers`; first the background."""

        def apart(codes: Codes) -> tf.Tensor:
            background = self.network.background.decode(codes["z_back"])
            objects = self.network.layers(codes).colors
            every = tf.concat([background[:, None], objects], axis=1)
            return tf.clip_by_value(every, 0.0, 1.0)

        return fold_axes(2, apart, self._watch(frames)[1])

    def start(self, context: Context, seed: tf.Tensor) -> State:
        """See `VideoModel.start`; the seed is ignored."""
        (tracks, states), _ = self._watch(context.frames)
        return {"tracks": tracks, "states": states}

    def step(
        self, state: State, frame: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, State]:
        """See `VideoModel.step`."""
        before: Tracks = state["tracks"]
        tracks, states = self.network.predictor.advance(before, state["states"])
        drawn = self.network.decode_frames(
            {
                "z_back": tracks.back,
                "z_content": tracks.content,
                "z_where": tracks.pose[..., : scene.WHERE_DIM],
                "z_pose": tracks.pose[..., scene.WHERE_DIM :],
                "z_presence": tracks.presence,
            }
        )
        if frame is not None:
            codes = self.network.encode_frames(to_float(frame))
            tracks, _ = follow(before, codes, self.config.position_weight)
        return drawn, {"tracks": tracks, "states": states}

    def _watch(self, frames: tf.Tensor) -> tuple[tuple[Tracks, States], Codes]:
        """Tracks and state of the LSTM after frames, and codes in order.

        Args:
            frames: `[batch, time, height, width, channel]`.

        Returns:
            Codes are `[batch, time, ...]`, those of objects in the same order
            at all times.
        """
        network, weight = self.network, self.config.position_weight
        every = fold_axes(2, network.encode_frames, to_float(frames))

        def step(carried, codes: Codes):
            tracks, states = carried
            _, states = network.predictor.predict(tracks, states)
            tracks, codes = follow(tracks, codes, weight)
            return (tracks, states), codes

        first = no_tracks({name: code[:, 0] for name, code in every.items()})
        states = network.predictor.initial_state(first)
        return scan_time(step, (first, states), every)
