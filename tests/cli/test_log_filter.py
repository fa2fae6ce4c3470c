import pytest

from mipae_tf.cli.log_filter import is_noise

# Log lines of TensorFlow 2.16 to 2.21, with and without a GPU.
NOISE = """\
WARNING: All log messages before absl::InitializeLog() is called are written to
I0000 00:00:1795630453.356457    5439 port.cc:153] oneDNN custom operations are
I0000 00:00:1795630453.357372    5439 cudart_stub.cc:31] Could not find cuda
W0000 00:00:1741852463.120000    47 placer.cc:177] computation placer already
E0000 00:00:1.5    47 placer.cc:177] computation placer already registered
E0000 00:00:1741852463.110000    47 cuda_dnn.cc:8310] Unable to register cuDNN
E0000 00:00:1741852463.110000    47 cuda_blas.cc:1418] Unable to register cuBLAS
2026-01-31 12:00:00.12: I tensorflow/core/util/port.cc:153] oneDNN custom
2026-01-31 12:00:00.12: I tensorflow/core/cpu_feature_guard.cc:210] This binary
To enable the following instructions: AVX2 FMA, in other operations, rebuild
2026-01-31 12:00:00.12: W tensorflow/py_utils.cc:38] TF-TRT Warning: Could not
2026-01-31 12:00:00.12: E external/cuda_driver.cc:152] failed call to cuInit: I
W0000 00:00:1741852464.000000    4711 gpu_device.cc:2344] Cannot dlopen some GPU
E0000 00:00:1795633198.073403    3075 meta_optimizer.cc:967] remapper failed: IN
E0000 00:00:1795633244.031053    3075 util.cc:131] oneDNN supports DT_UINT8 only
Skipping registering GPU devices...
I0000 00:00:1741852465.000000    4711 gpu_device.cc:2022] Created device /job:lo
I0000 00:00:1741852466.000000    4800 service.cc:152] XLA service 0x7f0 initiali
I1231 23:59:59.999999    4800 device_compiler.h:188] Compiled cluster using XLA!
""".splitlines()
ERRORS = """\
F0000 00:00:1741852467.000000    4800 tensor.cc:852] Check failed: dtype() == ex
F0000 00:00:1741852467.000000    4800 cuda.cc:1] failed call to cuInit: no way
E0000 00:00:1741852467.000000    4800 bfc_allocator.cc:1] Out of memory
2026-01-31 12:00:00.123456: F tensorflow/tensor.cc:852] Check failed
terminate called after throwing an instance of 'std::bad_alloc'
Fatal Python error: Segmentation fault
    @     0x7f4 tensorflow::Tensor::CheckType()
I am no line of a log
""".splitlines()


@pytest.mark.parametrize("level", [2, 3])
def test_noise_is_dropped_and_errors_are_kept(level):
    kept = [x for x in NOISE if not is_noise(x.encode(), level)]
    assert not kept
    dropped = [x for x in ERRORS if is_noise(x.encode(), level)]
    assert not dropped


def test_level_1_keeps_warnings():
    line = b"W0000 00:00:1.0    7 gpu_device.cc:2344] Cannot dlopen"
    assert not is_noise(line, 1) and is_noise(line, 2)
    assert is_noise(line.replace(b"W0000", b"I0000"), 1)
