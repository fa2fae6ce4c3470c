"""Generates clips from noise, without a context; trained with a critic."""

import keras
import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.models import Stage
from mipae_tf.models import VideoModel
from mipae_tf.models import register
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.sequence_config import SequenceConfig

NOISE_DIM = 6


class GeneratorNetwork(keras.layers.Layer):
    """Decodes each frame from the noise of its clip, rotated with time."""

    def __init__(self, width, frame_shape):
        super().__init__()
        height, columns, channels = frame_shape
        self.grid = height // 4, columns // 4, width
        self.spread = keras.layers.Dense(height * columns * width // 16)
        self.paint = keras.layers.Conv2DTranspose(channels, 8, 4, "same")
        self.spread.build((None, 2 * NOISE_DIM))
        self.paint.build((None, *self.grid))

    def clips(self, count, length, key):
        noise = tf.random.stateless_normal([count, 1, NOISE_DIM], key)
        time = tf.range(length, dtype=tf.float32)[None, :, None]
        angle = noise * (1.0 + 0.3 * time)  # [clips, time, noise_dim]
        codes = tf.concat([tf.sin(angle), tf.cos(angle)], axis=-1)
        return fold_time(self.frames, codes)

    def frames(self, codes):
        maps = tf.reshape(tf.nn.relu(self.spread(codes)), [-1, *self.grid])
        return tf.sigmoid(self.paint(maps))


class GeneratorStage(Stage):
    LOSSES = ("loss", "critic")

    def __init__(self, model):
        config, self.length = model.config, model.config.context
        plan = Window(config.batch_size, self.length)
        super().__init__(plan, model.seed, config.training_steps, "clips")
        self.network = model.network
        self.critic = keras.Sequential(
            [
                keras.layers.Conv3D(config.width, (1, 5, 5), (1, 2, 2)),
                keras.layers.ReLU(),
                keras.layers.Conv3D(1, 3, padding="same"),
            ]
        )
        self.critic.build((None, self.length, *model.frame_shape))
        adams = [make_adam(config.learning_rate, 0.5) for _ in range(2)]
        self.minimize = self.add_optimizer([self.network], adams[0])
        self.minimize_critic = self.add_optimizer([self.critic], adams[1])

    def update(self, batch):
        with tf.GradientTape(persistent=True) as tape:
            drawn = self.drawn(self.draw_key(0))
            loss = self.realism(drawn)
            real = tf.nn.softplus(-self.critic(to_float(batch)))
            fake = tf.nn.softplus(self.critic(tf.stop_gradient(drawn)))
            critic = tf.reduce_mean(real) + tf.reduce_mean(fake)
        self.minimize(tape, loss)
        self.minimize_critic(tape, critic)
        return {"loss": loss, "critic": critic}

    def evaluate_losses(self, batch):
        return {"loss": self.realism(self.drawn(tf.constant([0, -1])))}

    def drawn(self, key):
        return self.network.clips(self.plan.clips, self.length, key)

    def realism(self, drawn):
        return tf.reduce_mean(tf.nn.softplus(-self.critic(drawn)))


class Generator(VideoModel):
    STAGES = ("clips",)
    stochastic = True

    def __init__(self, config, frame_shape, seed=0, **kwargs):
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = GeneratorNetwork(config.width, frame_shape)

    def stages(self):
        return (GeneratorStage(self),)

    def generate(self, count, length, seed=0):
        return self.network.clips(count, length, tf.stack([seed, 0]))


register("toy_generator", Generator, SequenceConfig, "Generator", "Noise.")
