"""Files of temperature loggers; see README.md."""

from coign.gateways.loggers.evaluation import Evaluation, Excursion, evaluate
from coign.gateways.loggers.kinetic import Interval, mkt, weighted_intervals
from coign.gateways.loggers.reading import Expected, read_logger_file
from coign.gateways.loggers.series import Gap, LoggerFileRefused, LoggerSeries, Problem, Reading
from coign.gateways.loggers.synthetic import Leg, Silence, Warming, synthesise

__all__ = [
    "Evaluation",
    "Excursion",
    "Expected",
    "Gap",
    "Interval",
    "Leg",
    "LoggerFileRefused",
    "LoggerSeries",
    "Problem",
    "Reading",
    "Silence",
    "Warming",
    "evaluate",
    "mkt",
    "read_logger_file",
    "synthesise",
    "weighted_intervals",
]
