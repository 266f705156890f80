"""Settings of training as Keras, PyTorch, timm, Ultralytics, Caffe, Darknet and
PaddleClas call them."""

from __future__ import annotations

from pmgen.ops.synonyms.meaning import words

# Folded word -> the one setting, optimizer or schedule that it means.
SETTINGS = {
    word: name
    for name, text in {
        "learning_rate": "lr base_lr lr0 initial_lr init_lr eta start_lr lrate",
        "weight_decay": "wd l2 decay l2_regularization l2_reg regularizer "
        "regularization l2_decay",
        "use_nesterov": "nesterov",
        "epsilon": "eps delta",
        "beta1": "beta_1 b1 betas",
        "beta2": "beta_2 b2 momentum2 rms_decay",
        "optimizer": "optim opt solver solver_type optimiser",
        "schedule": "lr_scheduler lr_schedule scheduler sched lr_policy lr_config "
        "lr_decay",
        "warmup_epochs": "warmup warmup_epoch num_warmup_epochs burn_in warm_up",
        "step_epochs": "step_size stepsize step_each lr_step decay_epochs "
        "lr_decay_epochs",
        "gamma": "decay_rate decay_factor lr_decay_factor drop factor",
        "epochs": "max_epochs num_epochs epoch_num n_epochs nb_epoch total_epochs "
        "max_epoch num_train_epochs train_epochs",
        "batch_size": "bs batch batchsize train_batch_size imgs_per_batch mini_batch "
        "first_bs",
        "accumulate": "accumulation_steps accumulate_grad_batches accum_iter "
        "grad_accum gradient_accumulation_steps gradient_accumulation iter_size "
        "grad_accum_steps",
        "clip_norm": "grad_clip gradient_clip_val max_grad_norm clip_grad "
        "clip_gradients gradient_clip clipnorm_value global_clipnorm max_norm",
        "ema": "ema_decay model_ema_decay model_ema moving_average",
        "early_stopping": "patience early_stop early_stopping_patience es_patience",
        "select": "monitor metric best_metric target_metric eval_metric",
        "views": "tta test_time_augmentation",
        "amp": "precision mixed_precision amp_level fp16 use_amp half amp_dtype",
        "sync_batch_norm": "sync_bn syncbn convert_sync_batchnorm use_sync_bn",
        "freeze": "frozen freeze_layers frozen_layers frozen_stages freeze_stages",
        "learning_rates": "lr_mult layer_lr param_groups lr_mult_list paramwise_cfg",
        "augment": "transforms aug augmentation augmentations transform transform_ops "
        "data_augmentation",
        "loss": "criterion loss_fn objective",
        "label_smoothing": "smoothing label_smooth ls_epsilon smooth",
        "class_weights": "weights class_weight cls_weights weight pos_weight",
        "images": "image preprocessing preprocess dataset input",
        "size": "imgsz img_size image_size input_size resolution resize_short",
        "resize": "interpolation interp",
        "normalize": "mean normalization normalisation mean_std std rescale",
        "color": "channels color_space channel_order to_rgb color_mode",
        "flip_horizontal": "flip fliplr hflip horizontal_flip random_flip "
        "RandomHorizontalFlip RandFlipImage flip_prob mirror",
        "flip_vertical": "flipud vflip vertical_flip RandomVerticalFlip",
        "rotate": "degrees rotation rotation_range RandomRotation",
        "scale": "zoom zoom_range",
        "shift": "translate width_shift_range height_shift_range",
        "tint": "hue color_jitter hsv_h ColorJitter",
        "crop": "random_resized_crop RandomResizedCrop RandCropImage",
        "brightness": "brightness_range hsv_v exposure",
        "validate_every": "val_interval eval_interval check_val_every_n_epoch "
        "eval_every validation_freq eval_freq test_interval",
        "Momentum": "SGDM NAG MomentumOptimizer",
        "Constant": "fixed FixedLR ConstantLR",
        "Cosine": "CosineAnnealing CosineAnnealingDecay CosineAnnealingLR CosineDecay "
        "cos CosineLR cosine_schedule",
        "Step": "StepDecay StepLR",
    }.items()
    for word in words(text)
}
# What is not here, and why.
NOT_HERE = {
    word: why
    for text, why in {
        "RMSprop Adagrad Adadelta Adamax Nadam Lamb Lars Lion LBFGS RAdam Rprop "
        "AdaBelief NovoGrad": "no such optimizer here: `AdamW` and `Momentum` are the "
        "usual ones",
        "MultiStepLR MultiStep PiecewiseDecay PiecewiseConstantDecay multistep": (
            "steps are of one length here: `Step` multiplies by `gamma` every "
            "`step_epochs`"
        ),
        "ExponentialLR ExponentialDecay exp": "write "
        "`schedule: {Step: {step_epochs: 1, gamma: ...}}`",
        "ReduceLROnPlateau plateau OneCycleLR OneCycle CyclicLR PolynomialDecay "
        "PolynomialLR poly inv sigmoid CosineAnnealingWarmRestarts cosine_restarts": (
            "no such schedule here; `Cosine` needs no more than `warmup_epochs`"
        ),
        "max_iter max_batches max_steps total_iters num_steps train_steps": (
            "training is counted in `epochs`: the number of steps times `batch_size`, "
            "divided by the number of images"
        ),
        "warmup_steps warmup_iters warmup_ratio": "warm-up is counted in epochs: "
        "`warmup_epochs` of the schedule",
        "subdivisions": "write `accumulate`, and the batch divided by it as "
        "`batch_size`",
        "mixup cutmix mosaic reprob random_erasing RandomErasing auto_augment "
        "AutoAugment RandAugment rand_augment aa copy_paste perspective shear "
        "MixupOperator CutmixOperator": "no such augmentation here",
        "num_workers workers pin_memory prefetch_factor": "leave it out: images are "
        "kept in memory",
    }.items()
    for word in words(text)
}
# Words for values.
VALUES = {
    word: value
    for value, text in {
        "float16": "fp16 half O1 O2 16 16-mixed f16",
        "bfloat16": "bf16 bf16-mixed",
        "accuracy": "acc val_acc val_accuracy top1 top_1 acc1",
        "loss": "val_loss eval_loss",
        "auc": "roc_auc auroc val_auc",
        "linear": "bilinear INTER_LINEAR",
        "area": "INTER_AREA antialias box",
        "GRAY": "grayscale grey L mono",
        "unit": "rescale to_tensor 01",
        "symmetric": "inception",
        "balanced": "auto inverse",
    }.items()
    for word in words(text)
}
