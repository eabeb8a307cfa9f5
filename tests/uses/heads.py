"""Heads and pages in space, seen by a camera: five points, in pixels."""

import numpy as np

from opsin.tasks.faces import Faces

FLAT = np.array([[-0.5, -0.5, 0], [0.5, -0.5, 0], [0, 0.05, 0], [-0.4, 0.5, 0], [0.4, 0.5, 0]])
"""Eyes, nose and mouth in heights from eyes to mouth; x to the right of the picture, y down, z away from the camera."""
HEAD = FLAT - [[0, 0, 0], [0, 0, 0], [0, 0, 0.42], [0, 0, 0], [0, 0, 0]]
ME = np.eye(8, dtype=np.float32)[0]
OTHER = np.eye(8, dtype=np.float32)[1]


def bent(radius):
    """A page bent round a pole of a radius, in heights from eyes to mouth."""
    angles = FLAT[:, 0] / radius
    return np.stack([radius * np.sin(angles), FLAT[:, 1], radius * (1 - np.cos(angles))], axis=1)


def view(solid, yaw=0.0, pitch=0.0, roll=0.0, distance=8.0, at=(0.0, 0.0), pixels=640.0):
    """(5, 2) points of a solid turned by degrees; a positive yaw turns to the person's left."""
    a, b, c = np.radians([-yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    x, y, z = (solid @ (about_z @ about_x @ about_y).T + [*at, distance]).T
    return np.stack([320 + pixels * x / z, 240 + pixels * y / z], axis=1)


def faces(*points, embedding=ME):
    """The faces of a frame."""
    points = np.array(points, np.float32).reshape(-1, 5, 2)
    boxes = [[*(each.min(axis=0) - 20), *(each.max(axis=0) + 20)] for each in points]
    looks = np.repeat(embedding[None], len(points), axis=0)
    return Faces(height=480, width=640, scores=[0.9] * len(points), boxes=boxes, points=points, embeddings=looks)
