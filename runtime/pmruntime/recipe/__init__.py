"""How a network is trained: optimizer, schedule, images, augmentation, loss, settings.

The compiler reads recipes as YAML and shows their mistakes at line and column; the
runtime takes the resolved form as JSON and checks it again, since it can be called
without the compiler. Both check by the tables and rules of this package, which imports
nothing heavy:

    {"name": "digits", "optimizer": {"Adam": {"learning_rate": 0.003}},
     "schedule": {"Cosine": {"warmup_epochs": 1}}, "epochs": 5, "batch_size": 10,
     "augment": {"flip_horizontal": 0.5}}

An optimizer or schedule without arguments may be a name alone: "schedule": "Constant".
"""
