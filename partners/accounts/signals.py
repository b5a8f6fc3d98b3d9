from django.dispatch import Signal

# A form was sent after its session had ended: `user` and `fields`. Whoever keeps drafts listens.
typed_text_left_behind = Signal()
