# Made once with R; what it prints is kept beside it in survival_r.csv. Run: Rscript tests/golden/survival.R FOLDER > survival_r.csv
# FOLDER holds the data as CSV (tests/data). One line a figure: case, quantity, value, in 15 digits.
suppressMessages({library(survival); library(cmprsk)})
folder <- commandArgs(TRUE)[1]
data <- function(name) read.csv(file.path(folder, paste0(name, ".csv")))
say <- function(case, quantity, value) {
  value <- as.numeric(value)
  for (i in seq_along(value)) {
    at <- if (length(value) > 1) paste0(quantity, "[", i, "]") else quantity
    cat(sprintf("%s,%s,%s\n", case, at, sprintf("%.15g", value[i])))
  }
}
cat(paste0("# ", R.version.string, "; survival ", packageVersion("survival"), "; cmprsk ", packageVersion("cmprsk"), "\n"))
cat("case,quantity,value\n")

km <- function(case, d, at, group = NULL) {
  for (conf in c("log", "log-log", "plain")) {
    levels <- if (is.null(group)) "all" else sort(unique(as.character(d[[group]])))
    for (level in levels) {
      part <- if (is.null(group)) d else d[as.character(d[[group]]) == level, ]
      fit <- survfit(Surv(time, event) ~ 1, data = part, conf.type = conf)
      name <- paste0(case, " ", level, " ", conf)
      table <- summary(fit)$table
      say(name, "n", table["records"]); say(name, "events", table["events"])
      say(name, "median", table["median"]); say(name, "lower", table["0.95LCL"]); say(name, "upper", table["0.95UCL"])
      s <- summary(fit, times = at, extend = TRUE)
      say(name, "survival", s$surv); say(name, "at_lower", s$lower); say(name, "at_upper", s$upper); say(name, "at_risk", s$n.risk)
      q <- quantile(fit, c(0.25, 0.75))
      say(name, "q25", c(q$quantile[1], q$lower[1], q$upper[1])); say(name, "q75", c(q$quantile[2], q$lower[2], q$upper[2]))
    }
  }
  for (level in levels) {
    part <- if (is.null(group)) d else d[as.character(d[[group]]) == level, ]
    name <- paste0(case, " ", level)
    m <- summary(survfit(Surv(time, event) ~ 1, data = part), rmean = at[length(at)])$table
    say(name, "rmean", m["rmean"]); say(name, "rmean_se", m["se(rmean)"])
    r <- survfit(Surv(time, 1 - event) ~ 1, data = part)
    say(name, "followup", summary(r)$table["median"]); say(name, "followup_lower", summary(r)$table["0.95LCL"])
    say(name, "followup_upper", summary(r)$table["0.95UCL"])
  }
}
trend <- function(fit) {
  v <- fit$var; o <- fit$obs; e <- fit$exp
  if (is.matrix(o)) { o <- rowSums(o); e <- rowSums(e) }
  s <- seq_along(o); sum(s * (o - e))^2 / (t(s) %*% v %*% s)
}
logrank <- function(case, formula, d) {
  fit <- survdiff(formula, data = d)
  o <- fit$obs; e <- fit$exp
  if (is.matrix(o)) { o <- rowSums(o); e <- rowSums(e) }
  df <- length(o) - 1
  say(case, "chi2", fit$chisq); say(case, "df", df); say(case, "p", pchisq(fit$chisq, df, lower.tail = FALSE))
  say(case, "observed", o); say(case, "expected", e); say(case, "trend", trend(fit))
}
cox <- function(case, formula, d, zph = TRUE) {
  assign("d", d, envir = globalenv()) # where cox.zph looks for it
  for (ties in c("efron", "breslow")) {
    fit <- coxph(formula, data = d, ties = ties, control = coxph.control(eps = 1e-11, iter.max = 50))
    s <- summary(fit); name <- paste(case, ties)
    say(name, "n", fit$n); say(name, "events", fit$nevent)
    say(name, "coef", coef(fit)); say(name, "se", sqrt(diag(vcov(fit)))); say(name, "z", s$coefficients[, "z"])
    say(name, "p", s$coefficients[, "Pr(>|z|)"]); say(name, "lower", s$conf.int[, 3]); say(name, "upper", s$conf.int[, 4])
    say(name, "loglik", fit$loglik); say(name, "score", fit$score)
    if (zph) {
      for (transform in c("km", "identity")) {
        z <- cox.zph(fit, transform = transform)$table
        say(paste(name, transform), "zph_chi2", z[, "chisq"]); say(paste(name, transform), "zph_df", z[, "df"])
        say(paste(name, transform), "zph_p", z[, "p"])
      }
    }
  }
}
profile <- function(case, formula, d, name) { # the interval by the likelihood ratio, by root finding around coxph with an offset
  full <- coxph(formula, data = d, control = coxph.control(eps = 1e-11, iter.max = 50))
  x <- d[[name]]; rest <- update(formula, paste(". ~ . -", name, "+ offset(b * x)"))
  drop <- function(b) { d$b <- b; d$x <- x
    f <- coxph(rest, data = d, control = coxph.control(eps = 1e-11, iter.max = 50))
    2 * (full$loglik[2] - f$loglik[length(f$loglik)]) - qchisq(0.95, 1) }
  at <- coef(full)[name]; se <- sqrt(vcov(full)[name, name])
  say(case, "profile", exp(c(uniroot(drop, c(at - 6 * se, at), tol = 1e-12)$root, uniroot(drop, c(at, at + 6 * se), tol = 1e-12)$root)))
}
interaction_test <- function(case, formula, with, d) {
  a <- coxph(formula, data = d, control = coxph.control(eps = 1e-11, iter.max = 50))
  b <- coxph(with, data = d, control = coxph.control(eps = 1e-11, iter.max = 50))
  x <- 2 * (b$loglik[2] - a$loglik[2]); df <- length(coef(b)) - length(coef(a))
  say(case, "chi2", x); say(case, "df", df); say(case, "p", pchisq(x, df, lower.tail = FALSE))
}
competing <- function(case, d, at, group) { # event 0, 1, 2
  fit <- cuminc(d$time, d$event, d[[group]], cencode = 0)
  tests <- fit$Tests; curves <- fit[names(fit) != "Tests"]
  tp <- timepoints(curves, at)
  for (i in seq_len(nrow(tp$est))) {
    say(paste(case, rownames(tp$est)[i]), "cif", tp$est[i, ]); say(paste(case, rownames(tp$est)[i]), "variance", tp$var[i, ])
  }
  say(case, "gray_chi2", tests[, "stat"]); say(case, "gray_p", tests[, "pv"]); say(case, "gray_df", tests[, "df"])
}

aml <- data("aml"); gehan <- data("gehan"); lung <- data("lung"); veteran <- data("veteran"); ovarian <- data("ovarian")
kidney <- data("kidney"); pbc <- data("pbc"); mgus <- data("mgus2")

km("aml", aml, c(10, 20, 30), "group"); logrank("aml", Surv(time, event) ~ group, aml); cox("aml", Surv(time, event) ~ group, aml)
km("gehan", gehan, c(6, 12, 20), "treatment"); logrank("gehan", Surv(time, event) ~ treatment, gehan)
logrank("gehan by pair", Surv(time, event) ~ treatment + strata(pair), gehan)
cox("gehan", Surv(time, event) ~ treatment, gehan); cox("gehan by pair", Surv(time, event) ~ treatment + strata(pair), gehan, zph = FALSE)
km("lung", lung, c(100, 365, 700)); km("lung by sex", lung, c(100, 365, 700), "sex")
logrank("lung by sex", Surv(time, event) ~ sex, lung); logrank("lung by ecog", Surv(time, event) ~ ph_ecog, lung)
logrank("lung by sex within ecog", Surv(time, event) ~ sex + strata(ph_ecog), lung)
cox("lung", Surv(time, event) ~ age + sex + ph_ecog, lung); cox("lung by institution", Surv(time, event) ~ age + sex + ph_ecog + strata(inst), lung)
profile("lung age", Surv(time, event) ~ age + sex + ph_ecog, lung, "age"); profile("lung sex", Surv(time, event) ~ age + sex + ph_ecog, lung, "sex")
km("veteran", veteran, c(50, 100, 200), "celltype"); logrank("veteran by celltype", Surv(time, event) ~ celltype, veteran)
cox("veteran", Surv(time, event) ~ trt + celltype + karno + age, transform(veteran, celltype = factor(celltype)))
interaction_test("veteran trt by celltype", Surv(time, event) ~ trt + celltype, Surv(time, event) ~ trt * celltype, veteran)
interaction_test("veteran trt by prior", Surv(time, event) ~ trt + factor(prior), Surv(time, event) ~ trt * factor(prior), veteran)
for (level in sort(unique(veteran$celltype))) {
  s <- summary(coxph(Surv(time, event) ~ trt, data = veteran[veteran$celltype == level, ], control = coxph.control(eps = 1e-11, iter.max = 50)))
  say(paste("veteran trt in", level), "hr", s$conf.int[1, c(1, 3, 4)])
}
km("ovarian", ovarian, c(200, 400, 600), "rx"); logrank("ovarian", Surv(time, event) ~ rx, ovarian); cox("ovarian", Surv(time, event) ~ age + rx + resid_ds, ovarian)
km("kidney", kidney, c(10, 100, 300), "sex"); logrank("kidney", Surv(time, event) ~ sex, kidney); cox("kidney", Surv(time, event) ~ age + sex, kidney)
pbc_dead <- transform(pbc, event = as.numeric(status == 2))
km("pbc", pbc_dead, c(1000, 2000, 4000), "stage"); logrank("pbc", Surv(time, event) ~ stage, pbc_dead)
cox("pbc", Surv(time, event) ~ age + edema + log_bili + log_protime + log_albumin, pbc_dead)
competing("mgus", mgus, c(60, 120, 240), "sex")
competing("pbc by trt", transform(pbc, event = status)[!is.na(pbc$trt), ], c(1000, 2000, 4000), "trt")
ag <- transform(mgus, age_group = ifelse(age < 65, "a", ifelse(age < 75, "b", "c")))
competing("mgus by age", ag, c(60, 120, 240), "age_group")
